/// What keeps the page moving. It writes texts as texts, never as markup, and asks nobody but the station.
enum PageScript {
    static let text = #"""

        "use strict"
        const find = id => document.getElementById(id)
        const radio = document.querySelector("audio"), button = find("play"), state = find("state")
        const words = radio.dataset, name = document.title
        const clock = new Intl.DateTimeFormat(document.documentElement.lang,
          { hour: "2-digit", minute: "2-digit", hourCycle: "h23" })

        // The player. It asks for the stream anew each time, so that it begins at the live edge.

        const sources = [...radio.querySelectorAll("source")]
        const streams = sources.filter(source => radio.canPlayType(source.type)).map(source => source.src)
        for (const source of sources) source.remove()
        let wanted = false, choice = 0, attempt, pause = 1
        // When the stream was asked for and when it began, by this machine's clock; and where the element stood then.
        let asked = 0, began = null, first = 0
        // Where the element stood when it last moved, and when that was.
        let place = 0, moved = 0

        const show = (text = "") => {
          if (state.textContent !== text) state.textContent = text
          document.body.classList.toggle("playing", wanted)
          button.lastChild.textContent = wanted ? words.stop : words.listen
        }
        const leave = () => {
          clearTimeout(attempt)
          began = null
          radio.removeAttribute("src")
          radio.load()
        }
        const stop = () => {
          wanted = false
          leave()
          show()
        }
        const play = () => {
          if (!streams.length) return show(words.unplayable)
          leave()
          wanted = true
          asked = moved = Date.now()
          place = 0
          show(words.connecting)
          radio.src = streams[choice % streams.length]
          radio.play().catch(error => { if (error.name === "NotAllowedError") stop() })
        }
        // The pauses grow from one second to a minute, and are uneven, so that not everybody comes back at once.
        const again = () => {
          if (!wanted) return
          leave()
          show(words.lost.replace("%", Math.round(pause)))
          attempt = setTimeout(play, pause * 1000)
          pause = Math.min(60, pause * (1.5 + Math.random()))
        }
        radio.addEventListener("error", () => {
          if (!radio.hasAttribute("src")) return
          // Not what it can play, or not there: perhaps another mount is.
          if (radio.error && radio.error.code === 4) choice += 1
          again()
        })
        radio.addEventListener("ended", again)
        // The station let the stream begin somewhere between the question and the answer, of which some browsers want
        // many bytes before they say that it is there.
        radio.addEventListener("loadedmetadata", () => {
          began = asked + Math.min(500, (Date.now() - asked) / 2)
          first = radio.currentTime
        })
        radio.addEventListener("playing", () => show())
        radio.addEventListener("pause", () => { if (wanted && began !== null && !radio.ended) stop() })
        addEventListener("online", () => { if (wanted && began === null) play() })
        button.addEventListener("click", () => wanted ? stop() : play())
        // The keys of a headset or a lock screen.
        for (const [act, does] of [["play", play], ["pause", stop], ["stop", stop]]) {
          try { navigator.mediaSession.setActionHandler(act, does) } catch { /* It knows no such key. */ }
        }
        const watch = () => {
          if (!wanted || !radio.hasAttribute("src")) return
          const now = Date.now()
          if (radio.currentTime !== place) {
            place = radio.currentTime
            moved = now
            if (place - first > 10) pause = 1
          } else if (now - moved > 12000) again()
        }

        // The titles. What the station tells is true at its live edge; here it is shown when it is heard.
        //
        // Where the ear is: a stream begins `burst` behind the live edge of the moment when the station takes it up, and
        // by `slack` before that: the edge is ahead of the newest page of the stream, and the burst is whole pages.
        // From then on the element's own clock counts what was played, so that a stall of the line or a sleep of the
        // machine is in the sum; while a stream is on its way, the ear waits where it will begin. All of it is in the
        // station's clock, which may not be this machine's. Whoever does not listen is shown what a newcomer would hear.

        const slack = 300
        let skew = 0, burst = 4000, shown = null
        const held = []
        const ear = () => {
          const begin = wanted ? asked : Date.now()
          const base = began === null ? begin : began + (radio.currentTime - first) * 1000
          return base + skew - burst - slack
        }
        const set = (id, text) => {
          const element = find(id)
          if (element && element.textContent !== text) element.textContent = text
        }
        const row = entry => {
          const item = document.createElement("li"), what = document.createElement("p")
          const time = document.createElement("time"), title = document.createElement("b")
          time.textContent = (entry.provisional ? "ca. " : "") + clock.format(entry.start)
          time.dateTime = new Date(entry.start).toISOString()
          title.textContent = entry.title
          what.append(title)
          if (entry.artist) {
            const artist = document.createElement("span")
            artist.textContent = entry.artist
            what.append(artist)
          }
          item.append(time, what)
          return item
        }
        const list = (id, entries) => {
          const section = find(id)
          if (!section) return
          section.hidden = !entries.length
          section.querySelector("ol").replaceChildren(...entries.map(row))
        }
        const present = notice => {
          shown = notice
          const { now, show, last, next } = notice
          const line = find("show")
          line.hidden = !show
          if (show) {
            line.querySelector("b").textContent = show.show
            line.querySelector("span").textContent =
              [[line.dataset.until, clock.format(show.start + show.duration)], [line.dataset.host, show.host]]
              .filter(([, value]) => value).map(([form, value]) => form.replace("%", () => value)).join(" · ")
          }
          list("last", last)
          list("next", next)
          if (!now) return
          set("title", now.title)
          set("artist", now.artist || "")
          set("from", clock.format(now.start))
          set("to", now.duration ? clock.format(now.start + now.duration) : "")
          const title = [now.artist, now.title].filter(Boolean).join(" – ")
          document.title = title === name ? name : title + " · " + name
          if (navigator.mediaSession && self.MediaMetadata) navigator.mediaSession.metadata =
            new MediaMetadata({ title: now.title, artist: now.artist || name, album: now.album || "" })
        }
        const needle = document.querySelector("progress")
        const turn = () => {
          while (held.length && !(shown && held[0].now && held[0].now.edge > ear())) present(held.shift())
          const now = shown && shown.now
          if (!needle || !now) return
          needle.hidden = !now.duration
          if (now.duration) needle.value = Math.min(1, Math.max(0, (ear() - now.start) / now.duration))
        }
        const take = text => {
          const notice = JSON.parse(text)
          skew = notice.clock - Date.now()
          burst = notice.burst
          held.push(notice)
          if (held.length > 50) held.shift()
          turn()
        }
        const follow = () => {
          const feed = new EventSource("/api/events")
          feed.onmessage = event => take(event.data)
          // It comes back by itself unless it was refused: too many follow.
          feed.onerror = async () => {
            if (feed.readyState !== EventSource.CLOSED) return
            setTimeout(follow, 30000)
            try { take(await (await fetch("/api/now")).text()) } catch { /* The next time, perhaps. */ }
          }
        }

        radio.controls = false
        radio.hidden = true
        button.hidden = false
        const volume = find("volume")
        volume.hidden = false
        volume.querySelector("input").addEventListener("input", event => { radio.volume = event.target.value })
        const embedding = find("embedding")
        if (embedding) {
          // A proxy in front of the station may speak TLS; the browser knows.
          embedding.value = embedding.value.replace(/src="[^"]*"/, 'src="' + location.origin + '/embed"')
          embedding.addEventListener("focus", () => embedding.select())
        }
        setInterval(() => { watch(); turn() }, 250)
        follow()

        """#
}
