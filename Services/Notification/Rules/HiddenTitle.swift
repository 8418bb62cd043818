import ServiceKit

/// What stands for the title of a proposal whose text is hidden (`RejectionCode.hidesText`).
enum HiddenTitle {
  static func words(in language: Language) -> String {
    switch language {
    case .korean: "내용이 숨겨진 제안"
    case .english: "A proposal whose text is hidden"
    }
  }
}
