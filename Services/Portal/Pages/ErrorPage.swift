import ServiceKit

/// What a reader gets instead of a page.
struct ErrorPage: Sendable {
  let speech: Speech
  let problem: Problem

  var document: Document {
    let (title, text): (Phrase, Phrase) =
      switch problem.status {
      case 404: (.notFoundTitle, .notFoundText)
      case 400: (.badRequestTitle, .badRequestText)
      case 503: (.unavailableTitle, .unavailableText)
      default: (.errorTitle, .errorText)
      }
    return Document(
      title: speech(title), address: Address("/"),
      main: """
        <h1>\(speech(title))</h1>
        <p>\(speech(text))</p>
        <p><a href="\(speech.link(Address("/")))">\(speech(.backToList))</a></p>
        """, isIndexed: false)
  }
}
