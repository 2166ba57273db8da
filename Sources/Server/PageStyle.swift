/// How the page looks: type and space, hairlines, one accent, and the scale of a radio for the time.
enum PageStyle {
    static let text = """

        :root { color-scheme: light dark; --paper: #f6f3ed; --ink: #1c1a17; --soft: #645d54; --line: #d5cec2;
          --mark: #a92c1b; --on-mark: #fff;
          --serif: ui-serif, "Iowan Old Style", "Palatino Linotype", Palatino, Charter, Georgia, serif }
        @media (prefers-color-scheme: dark) {
          :root { --paper: #161513; --ink: #f0ebe3; --soft: #aca498; --line: #3b3731; --mark: #ff8069; --on-mark: #161513 }
        }
        * { box-sizing: border-box }
        [hidden] { display: none !important }
        body { margin: 0 auto; padding: clamp(1.25rem, 5vw, 3.5rem) clamp(1.25rem, 5vw, 3rem) 3rem; max-width: 70rem;
          font: 1.0625rem/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper) }
        h1, h2, p, ol, ul { margin: 0; padding: 0; overflow-wrap: anywhere }
        ol, ul { list-style: none }
        a { color: inherit; text-decoration-color: var(--mark); text-underline-offset: .2em }
        :focus-visible { outline: 3px solid var(--mark); outline-offset: 3px; border-radius: 2px }

        header { display: flex; flex-wrap: wrap; align-items: baseline; gap: .125rem 1.25rem; padding-bottom: .875rem;
          border-bottom: 1px solid var(--line) }
        h1 { font: 700 1.375rem/1.25 var(--serif) }
        header p { color: var(--soft) }
        h2 { font-size: .875rem; font-weight: 600; letter-spacing: .02em; color: var(--soft) }

        #air { padding: clamp(1.75rem, 6vw, 3.5rem) 0 2.5rem }
        #air-name { color: var(--mark) }
        #air-name::before { content: ""; display: inline-block; width: .625em; height: .625em; margin-right: .5em;
          border-radius: 50%; background: currentColor }
        #title { margin-top: .75rem; font: 700 clamp(2rem, 8vw, 3.75rem)/1.08 var(--serif); letter-spacing: -.01em;
          text-wrap: balance }
        #artist { margin-top: .5rem; min-height: 1.5em; font: 400 clamp(1.125rem, 4vw, 1.5rem)/1.4 var(--serif) }

        #show { margin-top: .75rem; font-size: 1.125rem }
        #show span { color: var(--soft) }

        #dial { margin: 1.5rem 0 1.75rem; font-variant-numeric: tabular-nums }
        #dial p { display: flex; justify-content: space-between; font-size: .875rem; color: var(--soft) }
        progress { -webkit-appearance: none; appearance: none; display: block; width: 100%; height: 1.5rem; border: 0;
          background: repeating-linear-gradient(90deg, var(--line) 0 1px, #0000 1px 2.5%) 0 100% / 100% 40% no-repeat,
            linear-gradient(var(--line), var(--line)) 0 100% / 100% 1px no-repeat }
        progress::-webkit-progress-bar { background: none }
        progress::-webkit-progress-value { background: none; border-right: 3px solid var(--mark) }
        progress::-moz-progress-bar { background: none; border-right: 3px solid var(--mark) }

        #player { display: flex; flex-wrap: wrap; align-items: center; gap: 1rem 1.75rem }
        audio { width: 100%; height: 3.5rem }
        #play { display: inline-flex; align-items: center; justify-content: center; gap: .75rem; min-width: 12.5rem;
          min-height: 4rem; padding: 0 2rem; border: 0; border-radius: 2rem; font: 600 1.25rem/1 system-ui, sans-serif;
          color: var(--on-mark); background: var(--mark); cursor: pointer }
        #play:focus-visible { border-radius: 2rem }
        #play:active { filter: brightness(.9) }
        #play svg { width: 1.375rem; height: 1.375rem; fill: currentColor }
        .halt, .playing .go { display: none }
        .playing .halt { display: inline }
        #volume { display: none; align-items: center; gap: .75rem; font-size: .875rem; color: var(--soft) }
        #volume input { width: 9rem; height: 1.5rem; accent-color: var(--mark) }
        @media (hover: hover) { #volume { display: flex } }
        #state { margin-top: 1rem; min-height: 1.5em }
        noscript p, .nothing { margin-top: 1rem; color: var(--soft) }

        #next, #last, #week { padding-bottom: 2rem }
        li { display: grid; grid-template-columns: 5.5rem 1fr; gap: .75rem; padding: .625rem 0;
          border-top: 1px solid var(--line) }
        h2 + ol { margin-top: .625rem }
        li time { font-variant-numeric: tabular-nums; color: var(--soft) }
        li b { display: block; font-weight: 600 }
        #last b { font-weight: 400 }
        li span { display: block; color: var(--soft) }

        #week details li { grid-template-columns: 7rem 1fr }
        #week details { margin-top: .375rem }
        #week > p { margin-top: 1rem }

        footer { border-top: 1px solid var(--line) }
        details { border-bottom: 1px solid var(--line) }
        summary { padding: .875rem 0; cursor: pointer }
        footer p { color: var(--soft) }
        footer li { display: block; border: 0; padding: .5rem 0 }
        details > :last-child { margin-bottom: 1.25rem }
        small { color: var(--soft) }
        textarea { display: block; width: 100%; margin-top: .75rem; padding: .75rem; border: 1px solid var(--line);
          border-radius: .25rem; font: .875rem/1.5 ui-monospace, monospace; color: inherit; background: none; resize: vertical;
          field-sizing: content }

        @media (min-width: 54rem) {
          main { display: grid; grid-template-columns: minmax(0, 1.45fr) minmax(0, 1fr); column-gap: 5rem;
            grid-template-rows: auto auto 1fr }
          #air { grid-row: 1 / 4; position: sticky; top: 0; align-self: start }
          #next { padding-top: 3.5rem }
          #next[hidden] + #last, #last[hidden] + #week { padding-top: 3.5rem }
        }
        @media (max-width: 30rem) { #play { width: 100% } }

        .embedded { max-width: none; padding: 1rem 1.25rem }
        .embedded h1 { font-size: 1rem }
        .embedded #air { position: relative; padding: .5rem 0 0 }
        .embedded #title { margin-top: .375rem; font-size: 1.5rem; display: -webkit-box; -webkit-line-clamp: 2;
          -webkit-box-orient: vertical; overflow: hidden }
        .embedded #artist { margin-top: .125rem; font-size: 1rem; white-space: nowrap; overflow: hidden;
          text-overflow: ellipsis }
        .embedded #dial { display: none }
        .embedded #player { margin-top: .75rem }
        .embedded #play { min-height: 3rem; min-width: 10rem; font-size: 1.0625rem }
        .embedded #state { margin-top: .375rem; font-size: .875rem; min-height: 0 }

        """
}
