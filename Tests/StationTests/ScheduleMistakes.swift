/// A schedule that is right, for tests that break it. Its shows begin in line 23.
let scheduleSample =
    sampleText + """
        live:
          mounts: [ /live ]
        shows:
          - name: Frühstück
            on: [ mon, tue, wed, thu, fri ]
            at: "07:00"
            for: 2h
            play: rotation
          - name: Küchenradio
            on: tue
            weeks: [ 1, 3 ]
            from: 2026-12-01
            at: "20:00"
            until: "22:00"
            live: [ redaktion, gast ]
            otherwise: rotation
            not_on: [ 2026-12-15 ]
          - name: Wiederholung
            on: sat
            at: "11:00"
            for: 2h
            repeat_of: Küchenradio

        """

/// What each mistake in a schedule is answered with. Read it aloud; somebody who makes a show does.
let scheduleMistakes: [Mistake] = [
    // Misspelled
    Mistake("mon, teu", for: "mon, tue", "25:16: “on” of the show Frühstück is “teu”: did you mean tue?"),
    Mistake(
        "on: dienstags", for: "on: tue",
        "30:9: “on” of the show Küchenradio is “dienstags”: did you mean tue?"),
    Mistake(
        "on: immer", for: "on: tue",
        "30:9: “on” of the show Küchenradio is “immer”: write mon, tue, wed, thu, fri, sat, sun or daily"),
    Mistake(
        "times: [ { on: sun, at: \"11:00\", for: 1h }, { on: Mi, at: 11, for: 1h } ]",
        for: "on: sat\n    at: \"11:00\"\n    for: 2h",
        "39:55: “on” of entry 2 of “times” of the show Wiederholung is “mi”: did you mean wed?",
        "39:63: “at” of entry 2 of “times” of the show Wiederholung is “11”: write a time of day in quotation marks, such as \"20:00\""
    ),
    Mistake(
        "att: \"07:00\"", for: "at: \"07:00\"",
        "24:5: the show Frühstück has no at: add the line at: \"20:00\"",
        "26:5: “att” is not a key of the show Frühstück: did you mean at?"),
    Mistake(
        "at: 7 Uhr", for: "at: \"07:00\"",
        "26:9: “at” of the show Frühstück is “7 Uhr”: write a time of day in quotation marks, such as \"20:00\""
    ),
    Mistake(
        "at: \"24:00\"", for: "at: \"07:00\"",
        "26:9: “at” of the show Frühstück is “24:00”: write a time of day in quotation marks, such as \"20:00\""
    ),
    Mistake(
        "for: 2", for: "for: 2h",
        "27:10: “for” of the show Frühstück is “2”: write a length from 1s to 168h, such as 2h or 90m"),
    Mistake(
        "play: rotatoin", for: "play: rotation",
        "28:11: “play” of the show Frühstück is “rotatoin”, but no playlist is called so: did you mean rotation?"
    ),
    Mistake(
        "weeks: [ 1, 6 ]", for: "weeks: [ 1, 3 ]",
        "31:17: “weeks” of the show Küchenradio is “6”: write even, odd, or which ones of the month, such as [ 1, 3 ] or last"
    ),
    Mistake(
        "from: 1.12.2026", for: "from: 2026-12-01",
        "32:11: “from” of the show Küchenradio is “1.12.2026”: write a date such as 2026-12-01"),
    Mistake(
        "repeat_of: Küchnradio", for: "repeat_of: Küchenradio",
        "42:16: “repeat_of” of the show Wiederholung is “Küchnradio”, but no other show is called so: did you mean Küchenradio?"
    ),
    Mistake(
        "rrule: FREQ=WEKLY", for: "on: sat",
        "39:12: “rrule” of the show Wiederholung needs a day from which it is counted: add the line from: 2026-12-02 to the show"
    ),
    Mistake(
        "from: 2026-12-02\n    rrule: FREQ=WEKLY", for: "on: sat",
        "40:12: “rrule” of the show Wiederholung cannot be followed: FREQ=WEKLY: write FREQ=DAILY, FREQ=WEEKLY, FREQ=MONTHLY or FREQ=YEARLY"
    ),
    Mistake(
        "from: 2026-12-02\n    rrule: RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", for: "on: sat",
        "40:12: “rrule” of the show Wiederholung cannot be followed: the rule gives no start in a hundred years: look whether its month has such a day"
    ),
    // Contradictory
    Mistake(
        "for: 2h\n    until: \"09:00\"", for: "for: 2h",
        "28:12: “until” of the show Frühstück stands beside for, and both say when it ends: keep one of them"),
    Mistake(
        "until: \"20:00\"", for: "until: \"22:00\"",
        "34:12: “until” of the show Küchenradio is when it starts: write for: 24h if it lasts a whole day"),
    Mistake(
        "", for: "    for: 2h\n",
        "24:5: the show Frühstück does not say when it ends: add the line for: 1h or the line until: \"22:00\""
    ),
    Mistake(
        "", for: "    on: sat\n",
        "38:5: the show Wiederholung does not say on which days it is: add the line on: tue"),
    Mistake(
        "", for: "    play: rotation\n",
        "24:5: the show Frühstück has nothing to play: add the line play: and the name of a playlist, or live: and the names of those who may take the air"
    ),
    Mistake(
        "otherwise: rotation\n    play: rotation", for: "otherwise: rotation",
        "36:16: “otherwise” of the show Küchenradio stands beside play, and both say what is on when nobody comes: keep one of them"
    ),
    Mistake(
        "play: rotation\n    otherwise: ids", for: "play: rotation",
        "29:16: “otherwise” of the show Frühstück stands beside a playlist, which is always there: keep one of them"
    ),
    Mistake(
        "otherwise: rotation", for: "play: rotation",
        "24:5: the show Frühstück has nothing to play: add the line play: and the name of a playlist, or live: and the names of those who may take the air",
        "28:16: “otherwise” of the show Frühstück is for a show that is live, when nobody comes: write play: instead, or add live:"
    ),
    Mistake(
        "play: ids\n    repeat_of: Küchenradio", for: "repeat_of: Küchenradio",
        "43:16: “repeat_of” of the show Wiederholung stands beside play, and both say what is on: keep one of them"
    ),
    Mistake(
        "name: Frühstück", for: "name: Küchenradio",
        "29:11: “name” of the show Frühstück is taken by a show above: give each show a name of its own",
        "42:16: “repeat_of” of the show Wiederholung is “Küchenradio”, but no other show is called so: write the name of a show that is live"
    ),
    Mistake(
        "through: 2026-11-30", for: "not_on: [ 2026-12-15 ]",
        "37:14: “through” of the show Küchenradio is 2026-11-30, before from, which is 2026-12-01: swap them"),
    Mistake(
        "not_on: [ 2026-12-16 ]", for: "not_on: [ 2026-12-15 ]",
        "37:15: “not_on” of the show Küchenradio names 2026-12-16, a Wednesday, but the show is not on that day: write a day on which it is"
    ),
    Mistake(
        "on: sat\n    dates: [ 2026-12-24 ]", for: "on: sat",
        "40:12: “dates” of the show Wiederholung stands beside on, and both say on which days it is: keep one of them"
    ),
    Mistake(
        "times: [ { on: sun, at: \"11:00\", for: 1h } ]\n    on: sat", for: "on: sat",
        "40:9: “on” of the show Wiederholung stands beside times: move it into the lines below times"),
    Mistake(
        "", for: "live:\n  mounts: [ /live ]\n",
        "33:11: “live” of the show Küchenradio names accounts, but nobody can come in: add the section live: to the station's file, as Config/station.example.yaml has it"
    ),
    Mistake(
        "schedule: schedule.yaml\nshows:", for: "shows:",
        "23:11: schedule names a file of shows, and shows stand here too: keep one of them"),
]
