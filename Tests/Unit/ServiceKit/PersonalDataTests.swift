import ServiceKit
import Testing

/// What is taken for personal data in a text for all to read, and what is not.
@Suite struct PersonalDataTests {
  private func found(_ text: String) -> [String] {
    let characters = Array(text)
    return PersonalData.places(in: text).map { "\($0.kind): \(String(characters[$0.characters]))" }
  }

  @Test(arguments: [
    "010-1234-5678", "010 1234 5678", "010.123.4567", "01012345678", "011-123-4567", "010-12345678", "010) 1234-5678",
    "０１０－１２３４－５６７８", "02-123-4567", "02) 6744-4222", "(031) 828-4782", "044-201-3129", "070-1234-5678", "0505-123-4567",
    "010 - 1234 - 5678", "0212345678", "0311234567", "01\u{200d}0-1\u{fe0f}234-5678",
    "+82 (0)10-1234-5678", "+82 10 1234 5678", "+82-2-123-4567", "+821012345678", "+82 010-1234-5678",
  ])
  func telephoneNumbersAreFound(number: String) {
    let bare = number.drop { "+(".contains($0) }
    #expect(found("연락처는 \(number)입니다") == ["telephoneNumber: \(bare)"])
    #expect(found(number) == ["telephoneNumber: \(bare)"])
  }

  /// The last are of a foreigner and of somebody born when there was no check digit any more.
  @Test(arguments: [
    "900101-1234568", "9001011234568", "900101 1234568", "900101 - 1234567", "900101-5234561", "210131-3999999",
    "2101313999999",
  ])
  func residentNumbersAreFound(number: String) {
    #expect(found("번호 \(number).").map { $0.prefix(14) } == ["residentNumber"])
  }

  @Test func aResidentNumberHasADateAndWithoutItsGroupsACheckDigit() {
    for last in 0...9 {
      let isNumber = !found("900101123456\(last)").isEmpty
      #expect(isNumber == (last == 8))
    }
    #expect(found("901301-1234568").isEmpty && found("900132-1234568").isEmpty && found("900101-0234568").isEmpty)
    #expect(found("2017082800061").isEmpty && found("19001011234568").isEmpty)
  }

  @Test func mailAddressesAreFound() {
    #expect(
      found("write to hong.gil-dong+forum@mail.example.co.kr.") == [
        "mailAddress: hong.gil-dong+forum@mail.example.co.kr"
      ])
    #expect(found("메일a1@naver.com으로") == ["mailAddress: a1@naver.com"])
    #expect(found("a＠naver．com") == ["mailAddress: a＠naver．com"])
    #expect(found("a@\u{fe0f}naver.com") == ["mailAddress: a@\u{fe0f}naver.com"])
    #expect(found("a@naver.com-입니다") == ["mailAddress: a@naver.com"])
    #expect(found("a@naver.com.2026년") == ["mailAddress: a@naver.com"])
    for text in ["@home", "a@b", "a@b.c", "5@3.14", "@user.name", "me@.", "a@b.1x"] { #expect(found(text).isEmpty) }
  }

  @Test(arguments: [
    "2019-04-01", "1,234,567", "제10조 제2항", "20만 명, 2018.10.20. 14:30", "1588-1234", "110", "3.1415926535",
    "12345-67890", "2019022600105", "02-2019", "01-02-2003", "0.001 0.02", "010", "1111-2222-3333-4444",
  ])
  func ordinaryNumbersAreNot(text: String) { #expect(found(text).isEmpty) }

  @Test func placesAreInOrderAndTellWhichCharacters() {
    let text = "가👨‍👩‍👧나 010-1234-5678, a@b.kr"
    let places = PersonalData.places(in: text)
    #expect(places.map(\.kind) == [.telephoneNumber, .mailAddress])
    #expect(places.map(\.characters) == [4..<17, 19..<25])
    #expect(PersonalData.masked(text) == "가👨‍👩‍👧나 ●●●●●●●●●●●●●, ●●●●●●")
    #expect(PersonalData.masked("nothing here") == "nothing here")
  }

  @Test func longTextsOfHostileCharactersAreScanned() {
    for piece in ["1", "@", "a@", "1-", "a.", "0 "] {
      #expect(PersonalData.places(in: String(repeating: piece, count: 20_000)).isEmpty)
    }
  }

  @Test func maskedTextHasNone() {
    let text = "900101-1234568 010-1234-5678 010-1111-2222 me@example.org/02-123-4567"
    #expect(PersonalData.places(in: text).count == 5)
    for text in [text, "010-1234-5678hong@naver.com", "02) 123-4567a@b.kr", "a@b.kr-010-1234-5678"] {
      #expect(PersonalData.places(in: PersonalData.masked(text)).isEmpty)
    }
  }
}
