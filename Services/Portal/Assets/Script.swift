extension Assets {
  /// Keeps the tally of a page up to date. The page says all without it; a stream is open only while someone looks.
  static let script = #"""
    "use strict";
    (() => {
      const article = document.querySelector("article[data-events]");
      if (!article || !("EventSource" in window)) return;
      const korean = document.documentElement.lang === "ko";
      const part = (id) => document.getElementById(id);
      const live = part("tally-live");
      const spoken = part("tally-spoken");
      const liveText = live && live.textContent;
      const number = (value) => value.toLocaleString("en-US");
      const clock = new Intl.DateTimeFormat(korean ? "ko-KR" : "en-GB", {
        timeZone: "Asia/Seoul", year: "numeric", month: korean ? "numeric" : "long", day: "numeric",
        hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
      });
      let source = null;
      let timer = 0;
      let spokenAt = Date.now();

      function timeText(date) {
        const at = {};
        for (const piece of clock.formatToParts(date)) at[piece.type] = piece.value;
        const time = `${at.hour}:${at.minute}:${at.second}`;
        return korean
          ? `${at.year}년 ${at.month}월 ${at.day}일 ${time} (한국 표준시)`
          : `${at.day} ${at.month} ${at.year}, ${time} KST`;
      }

      function showTally(tally) {
        if (!part("tally-yes")) return;
        part("tally-yes").textContent = number(tally.yes);
        part("tally-no").textContent = number(tally.no);
        const meter = part("tally-meter");
        meter.value = Math.min(tally.yes, meter.max);
        const time = document.createElement("time");
        time.dateTime = tally.countedAt;
        time.textContent = timeText(new Date(tally.countedAt));
        part("tally-time").replaceChildren(time);
        // Screen readers hear the numbers twice a minute at most.
        if (Date.now() - spokenAt < 30000) return;
        spokenAt = Date.now();
        spoken.textContent =
          `${spoken.dataset.yes} ${number(tally.yes)}, ${spoken.dataset.no} ${number(tally.no)}`;
      }

      function showLive(isOpen) {
        if (!live) return;
        live.textContent = isOpen ? liveText : live.dataset.lost;
        live.hidden = false;
      }

      function open() {
        if (source) return;
        clearTimeout(timer);
        source = new EventSource(article.dataset.events);
        source.addEventListener("open", () => showLive(true));
        source.addEventListener("tally", (event) => showTally(JSON.parse(event.data)));
        source.addEventListener("state", (event) => {
          const { state, vote } = JSON.parse(event.data);
          part("state-changed").hidden = state === article.dataset.state && (vote || "") === article.dataset.vote;
        });
        source.addEventListener("error", () => {
          showLive(false);
          // A refusal ends the source for good: ask again later, not all at once.
          if (source && source.readyState === EventSource.CLOSED) {
            close();
            timer = setTimeout(open, 10000 + Math.random() * 20000);
          }
        });
      }

      function close() {
        clearTimeout(timer);
        if (source) source.close();
        source = null;
      }

      const follow = () => (document.visibilityState === "hidden" ? close() : open());
      document.addEventListener("visibilitychange", follow);
      window.addEventListener("pagehide", close);
      window.addEventListener("pageshow", follow);
      follow();
    })();
    """#
}
