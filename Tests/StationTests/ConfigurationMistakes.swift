import Testing

/// A mistake in the sample, and what a person is told about it.
struct Mistake: Sendable, CustomTestStringConvertible {
    var written: String
    var instead: String
    var told: [String]

    init(_ instead: String, for written: String, _ told: String...) {
        self.written = written
        self.instead = instead
        self.told = told
    }

    var text: String { sampleText.replacing(written, with: instead, maxReplacements: 1) }
    var testDescription: String { "\(instead) for \(written)" }
}

/// The golden table: what each mistake is answered with. Read it aloud; a volunteer does.
let mistakes: [Mistake] = [
    // Keys
    Mistake(
        "nmae: Radio", for: "name: Radio",
        "1:1: station has no name: add the line name: Radio Beispiel",
        "2:3: “nmae” is not a key of station: did you mean name?"),
    Mistake(
        "stations:", for: "station:",
        "1:1: “stations” is not a key: did you mean station?",
        "1:1: the file has no station: add the line station: and below it name: and timezone:"),
    Mistake(
        "streamer:\n  a: 1\nprogramme:", for: "programme:",
        "16:1: “streamer” is not a key: the keys are station, server, mounts, icecast, playlists, programme, schedule, shows, calendars, live, alarm and aircheck"
    ),
    Mistake(
        "colour: red", for: "codec: vorbis",
        "8:5: “colour” is not a key of mounts[0]: the keys are path, codec, quality, bitrate, max_listeners, max_time, fallback and accounts"
    ),
    Mistake(
        "crossfade: 4s", for: "order: shuffle",
        "14:28: “crossfade” is not a key of playlists.rotation: the keys are from, order, clock, mix, separate, artist_share and hours"
    ),
    Mistake(
        "name: A\n  name: B", for: "name: Radio Beispiel",
        "2:3: “name” stands here twice: keep one of them"),
    Mistake(
        "", for: "  name: Radio Beispiel\n",
        "1:1: station has no name: add the line name: Radio Beispiel"),
    Mistake(
        "", for: "  timezone: Europe/Berlin\n",
        "1:1: station has no timezone: add the line timezone: Europe/Berlin"),
    Mistake(
        "- codec", for: "- path: /stream.ogg\n    codec",
        "7:5: mounts[0] has no path: add the line path: /stream.ogg"),
    Mistake(
        "", for: "  default: rotation\n",
        "16:1: programme has no default: add the line default: and the name of a playlist"),
    Mistake(
        "{ order: shuffle }", for: "{ from: music, order: shuffle }",
        "14:3: playlists.rotation has no from: add the line from: and a folder, a list or a file"),
    Mistake(
        "{ every: 4 tracks }", for: "{ from: ids, every: 4 tracks }",
        "18:3: programme.identification has no from: add the line from: and the name of a playlist"),
    // Values
    Mistake(
        "name:", for: "name: Radio Beispiel",
        "2:8: station.name has no value: write the station's name"),
    Mistake(
        "name: [Radio, Beispiel]", for: "name: Radio Beispiel",
        "2:9: station.name is a list: write the station's name"),
    Mistake(
        "name: \"Radio\\x07\"", for: "name: Radio Beispiel",
        "2:9: station.name holds a control character: delete it"),
    Mistake(
        "Europe/Berln", for: "Europe/Berlin",
        "3:13: station.timezone is “Europe/Berln”, which is no time zone: did you mean Europe/Berlin?"),
    Mistake(
        "Middle-earth", for: "Europe/Berlin",
        "3:13: station.timezone is “Middle-earth”, which is no time zone: write continent and city, such as Europe/Berlin"
    ),
    Mistake(
        "Europe/Berlin\n  url: radio.example", for: "Europe/Berlin",
        "4:8: station.url is “radio.example”: write the web site's address, such as https://radio.example"
    ),
    Mistake(
        "listen: [::]:8000", for: "listen: \"[::]:8000\"",
        "5:12: a value is missing here, or text begins with [ or {: put such text in quotation marks"),
    Mistake(
        "listen: 8000", for: "listen: \"[::]:8000\"",
        "5:11: server.listen is “8000”: write an address and a port in quotation marks, such as \"[::]:8000\" or \"0.0.0.0:8000\""
    ),
    Mistake(
        "listen: \"::1:8000\"", for: "listen: \"[::]:8000\"",
        "5:11: server.listen is “::1:8000”: write an address and a port in quotation marks, such as \"[::]:8000\" or \"0.0.0.0:8000\""
    ),
    Mistake(
        "listen: 0.0.0.0:80000", for: "listen: \"[::]:8000\"",
        "5:11: server.listen is “0.0.0.0:80000”: write an address and a port in quotation marks, such as \"[::]:8000\" or \"0.0.0.0:8000\""
    ),
    Mistake(
        "listen: :8000\n  control: /run/\(String(repeating: "x", count: 120))",
        for: "listen: \"[::]:8000\"",
        "6:12: server.control is longer than the 107 bytes that a socket's path may have: write a shorter one, such as /run/funkhaus/control.sock"
    ),
    Mistake(
        "server: here", for: "server:\n  listen: \"[::]:8000\"",
        "4:9: server is a single value: write keys and values, such as name: value"),
    Mistake(
        "path: stream.ogg", for: "path: /stream.ogg",
        "7:11: mounts[0].path is “stream.ogg”, which does not begin with a slash and a name: write it like /stream.ogg"
    ),
    Mistake(
        "path: /straße.ogg", for: "path: /stream.ogg",
        "7:11: mounts[0].path is “/straße.ogg”, which is not plain: use unaccented letters, digits and - _ . ~ only, such as /stream.ogg"
    ),
    Mistake(
        "path: /a/../b.ogg", for: "path: /stream.ogg",
        "7:11: mounts[0].path is “/a/../b.ogg”, which has an empty name, a . or a .. between its slashes: use a path such as /stream.ogg"
    ),
    Mistake(
        "path: /status-json.xsl", for: "path: /stream.ogg",
        "7:11: mounts[0].path is /status-json.xsl, which the server keeps for itself: choose another, such as /stream.ogg"
    ),
    Mistake(
        "path: /stream.ogg\n  - path: /stream.ogg", for: "path: /stream.ogg",
        "8:11: mounts[1].path is /stream.ogg, which another mount has already: choose another path"),
    Mistake(
        "codec: vorbsi", for: "codec: vorbis",
        "8:12: mounts[0].codec is “vorbsi”: did you mean vorbis?"),
    Mistake(
        "codec: aac", for: "codec: vorbis",
        "8:12: mounts[0].codec is “aac”: write vorbis, mp3 or opus"),
    Mistake(
        "codec: mp3", for: "codec: vorbis",
        "9:14: mounts[0].quality is for vorbis alone: write bitrate: 128 kbit/s instead"),
    Mistake(
        "codec: opus\n    bitrate: 64 kbit/s", for: "codec: vorbis",
        "10:14: mounts[0].quality is for vorbis alone: delete it"),
    Mistake(
        "bitrate: 128 kbit/s", for: "quality: 5",
        "9:14: mounts[0].bitrate is for mp3 and opus, and this mount is vorbis: write quality: 4 instead, which is about 128 kbit/s"
    ),
    Mistake(
        "quality: 3\n    bitrate: 128", for: "quality: 5",
        "10:14: mounts[0].bitrate is for mp3 and opus, and this mount is vorbis: delete it"),
    Mistake(
        "codec: mp3\n    bitrate: 128", for: "codec: vorbis\n    quality: 5",
        "9:14: mounts[0].bitrate is “128”: write a bit rate from 32 to 320 kbit/s, such as 128 kbit/s"),
    Mistake(
        "codec: mp3\n    bitrate: 100 kbit/s", for: "codec: vorbis\n    quality: 5",
        "9:14: mounts[0].bitrate is 100 kbit/s, which MP3 does not have: the nearest is 96 kbit/s"),
    Mistake(
        "codec: mp3\n    bitrate: 512 kbit/s", for: "codec: vorbis\n    quality: 5",
        "9:14: mounts[0].bitrate is 512 kbit/s, which MP3 does not have: the nearest is 320 kbit/s"),
    Mistake(
        "codec: opus\n    bitrate: 8 kbit/s", for: "codec: vorbis\n    quality: 5",
        "9:14: mounts[0].bitrate is “8 kbit/s”: write a bit rate from 16 to 510 kbit/s, such as 96 kbit/s"),
    Mistake(
        "quality: 11", for: "quality: 5",
        "9:14: mounts[0].quality is “11”: write a number from -1 (smallest) to 10 (best)"),
    Mistake(
        "quality: good", for: "quality: 5",
        "9:14: mounts[0].quality is “good”: write a number from -1 (smallest) to 10 (best)"),
    Mistake(
        "quality: nan", for: "quality: 5",
        "9:14: mounts[0].quality is “nan”: write a number from -1 (smallest) to 10 (best)"),
    Mistake(
        "mounts: []", for: "mounts:\n  - path: /stream.ogg\n    codec: vorbis\n    quality: 5",
        "6:9: mounts has no mount, and nobody could listen: add - path: /stream.ogg"),
    Mistake(
        "mounts:\n  path: /stream.ogg\n",
        for: "mounts:\n  - path: /stream.ogg\n    codec: vorbis\n    quality: 5\n",
        "7:3: mounts is a group of keys: write a list of mounts, each line beginning with a dash"),
    // Icecast
    Mistake(
        "url: icecast.example:8000/radio.ogg", for: "url: http://source@icecast.example:8000/radio.ogg",
        "11:10: icecast[0].url does not begin with http:// or https://: write it as http://source@icecast.example:8000/radio.ogg"
    ),
    Mistake(
        "url: http://source:hackme@icecast.example:8000/radio.ogg",
        for: "url: http://source@icecast.example:8000/radio.ogg",
        "11:10: icecast[0].url has a password in it: put that alone into a file and name the file as password_file"
    ),
    Mistake(
        "url: http://icecast.example:8000", for: "url: http://source@icecast.example:8000/radio.ogg",
        "11:10: icecast[0].url names no mount behind the server: write it as http://source@icecast.example:8000/radio.ogg"
    ),
    Mistake(
        "url: http://:8000/radio.ogg", for: "url: http://source@icecast.example:8000/radio.ogg",
        "11:10: icecast[0].url names no server, or no port that exists: write it as http://source@icecast.example:8000/radio.ogg"
    ),
    Mistake(
        "password: hackme", for: "password_file: icecast.secret",
        "12:15: icecast[0].password stands in this file, where many may read it: put it alone into a file and write password_file: icecast.secret"
    ),
    Mistake(
        "from: /stream.ogg", for: "password_file: icecast.secret",
        "11:5: icecast[0] has no password: put it alone into a file and add the line password_file: icecast.secret"
    ),
    Mistake(
        "password_file: a\n    password_env: B", for: "password_file: icecast.secret",
        "11:5: icecast[0] has password_file and password_env: keep one of them"),
    Mistake(
        "password_file: a\n    from: /strem.ogg", for: "password_file: icecast.secret",
        "13:11: icecast[0].from is “/strem.ogg”, but no mount is called so: did you mean /stream.ogg?"),
    Mistake(
        "password_file: a\n    titles: icy", for: "password_file: icecast.secret",
        "13:13: icecast[0].titles is “icy”: write chained, admin or none"),
    Mistake(
        "password_file: a\n    public: perhaps", for: "password_file: icecast.secret",
        "13:13: icecast[0].public is “perhaps”: write true or false"),
    Mistake(
        "password_file: a\n  - url: http://icecast.example:8000/radio.ogg\n    password_env: B",
        for: "password_file: icecast.secret",
        "13:10: icecast[1].url is http://source@icecast.example:8000/radio.ogg, to which another target pushes already: choose another mount"
    ),
    Mistake(
        "url: https://icecast.example/radio.ogg\n    titles: admin",
        for: "url: http://source@icecast.example:8000/radio.ogg",
        "11:5: icecast[0] has titles: admin, which do not go over https: write chained, or an http:// address"
    ),
    Mistake(
        "codec: mp3\nicecast:\n  - url: https://icecast.example/radio.mp3",
        for: "codec: vorbis\n    quality: 5\nicecast:\n  - url: http://source@icecast.example:8000/radio.ogg",
        "10:5: icecast[0] has titles: admin, which do not go over https: write titles: none, or an http:// address"
    ),
    Mistake(
        "codec: mp3\nicecast:\n  - titles: chained\n    url: http://icecast.example:8000/radio.mp3",
        for: "codec: vorbis\n    quality: 5\nicecast:\n  - url: http://source@icecast.example:8000/radio.ogg",
        "10:13: icecast[0].titles is chained, which only a vorbis mount has: write admin"),
    Mistake(
        "codec: opus\nicecast:\n  - titles: admin\n    url: http://icecast.example:8000/radio.opus",
        for: "codec: vorbis\n    quality: 5\nicecast:\n  - url: http://source@icecast.example:8000/radio.ogg",
        "10:13: icecast[0].titles is admin, and Icecast takes no titles for opus so: write none"),
    // Playlists and programme
    Mistake(
        "order: random", for: "order: shuffle",
        "14:35: playlists.rotation.order is “random”: write sequence or shuffle"),
    Mistake(
        "from: []", for: "from: music",
        "14:13: playlists.rotation has nothing in from: name a folder, a list or a file"),
    Mistake(
        "from: [music, [more]]", for: "from: music",
        "14:29: playlists.rotation.from[1] is a list: write a folder, a list or a file"),
    Mistake(
        "my music: { from: music }", for: "rotation: { from: music, order: shuffle }",
        "14:3: “my music” cannot be a playlist's name: use letters, digits, - and _ only"),
    Mistake(
        "rotation: music", for: "rotation: { from: music, order: shuffle }",
        "14:13: playlists.rotation is a single value: write keys and values, such as name: value"),
    Mistake(
        "clock: [2 musik, ids]", for: "from: music, order: shuffle",
        "14:23: playlists.rotation.clock[0] names “musik”, but no playlist with files of its own is called so: write ids"
    ),
    Mistake(
        "clock: [many ids]", for: "from: music, order: shuffle",
        "14:23: playlists.rotation.clock[0] is “many ids”: write how often, and the name of a playlist, such as 2 new"
    ),
    Mistake(
        "from: music, mix: { ids: 2 }", for: "from: music, order: shuffle",
        "14:13: playlists.rotation has from and mix: keep one of them"),
    Mistake(
        "mix: { ids: often }", for: "from: music, order: shuffle",
        "14:27: playlists.rotation.mix.ids is “often”: write how often it is drawn from beside the others, 1 to 100"
    ),
    Mistake(
        "mix: { ids: 1 }, order: sequence", for: "from: music, order: shuffle",
        "14:39: playlists.rotation.order belongs to the playlists that mix names: write it there, and delete it here"
    ),
    Mistake(
        "from: music, separate: { artist: far }", for: "from: music, order: shuffle",
        "14:48: playlists.rotation.separate.artist is “far”: write a time up to 7 d, such as 60 min, or a number of tracks up to 1000, such as 5 tracks"
    ),
    Mistake(
        "separate: { artist: 1 h }, from: music, order: sequence", for: "from: music, order: shuffle",
        "14:25: playlists.rotation.separate needs order: shuffle, because a sequence is played as it is listed"
    ),
    Mistake(
        "from: music, artist_share: 0 %", for: "from: music, order: shuffle",
        "14:42: playlists.rotation.artist_share is “0 %”: write a part of the tracks from 1 to 100 %, such as 10 %"
    ),
    Mistake(
        "from: music, hours: at night", for: "from: music, order: shuffle",
        "14:35: playlists.rotation.hours is “at night”: write two times of day in quotation marks, such as \"22:00-06:00\""
    ),
    Mistake(
        "from: music, hours: \"22:00-06:00\"", for: "from: music, order: shuffle",
        "14:13: playlists.rotation has hours, which count where a clock or a mix draws from it: name it there, or write a show with on:, at: and until:"
    ),
    Mistake(
        "{ from: ids, at: \"30\" }", for: "{ from: ids, every: 4 tracks }",
        "18:36: programme.identification.at is “30”: write minutes of the hour in quotation marks, such as \":30\""
    ),
    Mistake(
        "{ from: ids, every: 4 tracks, at: \":30\" }", for: "{ from: ids, every: 4 tracks }",
        "18:39: programme.identification.every and at say both when they are due: keep one of them"),
    Mistake(
        "{ from: ids, start: hard }", for: "{ from: ids, every: 4 tracks }",
        "18:39: programme.identification.start belongs to at: delete it, or write at: and minutes, such as :00"
    ),
    Mistake(
        "default: rotatoin", for: "default: rotation",
        "17:12: programme.default is “rotatoin”, but no playlist is called so: did you mean rotation?"),
    Mistake(
        "default: jazz", for: "default: rotation",
        "17:12: programme.default is “jazz”, but no playlist is called so: write rotation or ids"),
    Mistake(
        "{ from: idents, every: 4 tracks }", for: "{ from: ids, every: 4 tracks }",
        "18:27: programme.identification.from is “idents”, but no playlist is called so: write rotation or ids"
    ),
    Mistake(
        "every: 4", for: "every: 4 tracks",
        "18:39: programme.identification.every is “4”: write a number of tracks from 1 to 1000 with its unit, such as 4 tracks"
    ),
    Mistake(
        "every: 4 minutes", for: "every: 4 tracks",
        "18:39: programme.identification.every is “4 minutes”: write a number of tracks from 1 to 1000 with its unit, such as 4 tracks"
    ),
    Mistake(
        "every: 0 tracks", for: "every: 4 tracks",
        "18:39: programme.identification.every is “0 tracks”: write a number of tracks from 1 to 1000 with its unit, such as 4 tracks"
    ),
    Mistake(
        "loudness: -16", for: "loudness: -16 LUFS",
        "20:13: programme.loudness is “-16”: write a level from -40 to -5 LUFS, such as -16 LUFS, or none"
    ),
    Mistake(
        "loudness: 16 LUFS", for: "loudness: -16 LUFS",
        "20:13: programme.loudness is “16 LUFS”: write a level from -40 to -5 LUFS, such as -16 LUFS, or none"
    ),
    Mistake(
        "loudness: off", for: "loudness: -16 LUFS",
        "20:13: programme.loudness is “off”: write a level from -40 to -5 LUFS, such as -16 LUFS, or none"
    ),
    Mistake(
        "emergency: { from: a.ogg }", for: "emergency: emergency.ogg",
        "19:14: programme.emergency is a group of keys: write an audio file"),
    // YAML itself
    Mistake(
        "\tname: Radio", for: "  name: Radio",
        "2:1: a value cannot begin with this character: indent with spaces, not tabs, and put text with @, %, ` or a tab in quotation marks"
    ),
    Mistake(
        "name: Radio: Beispiel", for: "name: Radio Beispiel",
        "2:14: there is a second colon in this line, or it is indented wrongly: put text that holds a colon and a space in quotation marks"
    ),
    Mistake(
        "name: \"Radio Beispiel", for: "name: Radio Beispiel",
        "5:12: this line does not fit to those above: indent it as they are, and close every bracket and quotation mark that text above begins with"
    ),
    Mistake(
        "name: @home", for: "name: Radio Beispiel",
        "2:9: a value cannot begin with this character: indent with spaces, not tabs, and put text with @, %, ` or a tab in quotation marks"
    ),
    Mistake(
        "name: *home", for: "name: Radio Beispiel",
        "2:9: a * begins an alias in YAML, and this one is not defined: put the text in quotation marks"),
    Mistake(
        "{ from: music, order: shuffle", for: "{ from: music, order: shuffle }",
        "14:13: a bracket is not closed: add ] or }, or put text that begins with one in quotation marks"),
    Mistake(
        "   timezone: Europe/Berlin", for: "  timezone: Europe/Berlin",
        "3:12: there is a second colon in this line, or it is indented wrongly: put text that holds a colon and a space in quotation marks"
    ),
    Mistake(
        " timezone: Europe/Berlin", for: "  timezone: Europe/Berlin",
        "3:2: this line does not fit to those above: indent it as they are, and close every bracket and quotation mark that text above begins with"
    ),
    Mistake(
        "timezone Europe/Berlin", for: "timezone: Europe/Berlin",
        "4:1: a colon is missing behind the key: write it as key: value"),
    Mistake(
        "---\nserver:", for: "server:",
        "4:1: only one YAML document belongs into this file: delete the line --- and what follows"),
    Mistake(
        "? [a, b]\n: c\nserver:", for: "server:",
        "4:3: this key is no text: write it as key: value"),
    Mistake(
        "Radio \u{7} Beispiel", for: "Radio Beispiel",
        "2:15: this is a control character that YAML does not allow: delete it"),
]
