import HTTPServer
import ServiceKit

/// What one page shows, without the frame that all have.
struct Document: Sendable {
  let title: String
  /// Its address without the language.
  let address: Address
  let main: HTML
  /// What readers of feeds find on it.
  var feed = AtomFeed.Scope.everything.address
  var isLive = false
  /// Whether others should find it: errors have no address of their own.
  var isIndexed = true
  /// What stands above it; nil while all is well.
  var notice: DelayNotice?
}

/// The frame of all pages.
struct Site: Sendable {
  let publicURL: String

  /// - Parameter problem: why the page is not what was asked for.
  func response(_ document: Document, _ speech: Speech, _ problem: Problem? = nil) -> Response {
    var headers = SecurityHeaders.all
    headers.add("content-type", "text/html; charset=utf-8")
    headers.add("content-language", speech.language.rawValue)
    headers.add("vary", "Accept-Language")
    headers.add("cache-control", problem == nil ? "public, max-age=1" : "no-store")
    if let seconds = problem?.retryAfter { headers.add("retry-after", String(seconds)) }
    return Response(
      status: problem?.status ?? 200, headers: headers, body: .bytes(Array(page(document, speech).text.utf8)))
  }

  func page(_ document: Document, _ speech: Speech) -> HTML {
    """
    <!DOCTYPE html>
    <html lang="\(speech.language.rawValue)">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>\(document.title) - \(speech(.siteName))</title>
    <meta name="description" content="\(speech(.siteDescription))">
    \(document.isIndexed ? alternates(document.address) : "<meta name=\"robots\" content=\"noindex\">")
    <link rel="alternate" type="application/atom+xml" title="\(speech(.feedTitle))" \
    href="\(document.feed.with("lang", speech.language.rawValue).text)">
    <link rel="icon" href="\(Asset.icon.address.text)" type="image/svg+xml">
    <link rel="stylesheet" href="\(Asset.stylesheet.address.text)">
    \(HTML.when(document.isLive, "<script src=\"\(Asset.script.address.text)\" defer></script>"))
    </head>
    <body>
    <a class="skip" href="#main">\(speech(.skipToContent))</a>
    <header class="top">
    <div class="frame">
    <a class="name" href="\(speech.link(Address("/")))">\(speech(.siteName))</a>
    <nav aria-label="\(speech(.language))"><ul>\(Language.allCases.map { choice($0, document.address, speech) })</ul></nav>
    </div>
    </header>
    \(HTML.when(document.notice) { Banner(speech: speech, notice: $0).html })
    <main id="main" class="frame" tabindex="-1">
    \(document.main)
    </main>
    <footer class="bottom">
    <div class="frame">
    <p>\(speech(.timesNote))</p>
    <p>\(speech(.apiNote))</p>
    <p><a href="\(speech.link(Address("/statistics")))">\(speech(.statisticsTitle))</a> · \
    <a href="\(OpenData.address)">\(speech(.openData))</a> · \
    <a href="\(document.feed.with("lang", speech.language.rawValue).text)">\(speech(.feedTitle))</a></p>
    </div>
    </footer>
    </body>
    </html>

    """
  }

  private func alternates(_ address: Address) -> HTML {
    let links = Language.allCases.map { language -> HTML in
      let target = publicURL + address.with("lang", language.rawValue).text
      return "\n<link rel=\"alternate\" hreflang=\"\(language.rawValue)\" href=\"\(target)\">"
    }
    return "<link rel=\"canonical\" href=\"\(publicURL + address.text)\">\(links)"
  }

  private func choice(_ language: Language, _ address: Address, _ speech: Speech) -> HTML {
    if language == speech.language {
      return "<li><span aria-current=\"true\">\(language.ownName)</span></li>"
    }
    let target = address.with("lang", language.rawValue).text
    let code = language.rawValue
    return "<li><a href=\"\(target)\" hreflang=\"\(code)\" lang=\"\(code)\">\(language.ownName)</a></li>"
  }
}
