/// What stands above every page while it holds.
struct Banner: Sendable {
  let speech: Speech
  let notice: DelayNotice

  var html: HTML {
    """
    <aside class="banner" aria-labelledby="banner">
    <div class="frame">
    <p id="banner"><strong>\(speech(.delayTitle))</strong></p>
    <p>\(speech(.delayText))</p>
    <p class="note">\(speech(.delayTarget)): \(Int64(notice.targetDays).grouped) · \(speech(.delaySince)): \
    \(HTML.time(notice.since, in: speech.language))</p>
    </div>
    </aside>
    """
  }
}
