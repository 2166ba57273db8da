@testable import Station

/// A station's file that is right, for tests that break it.
let sampleText = """
    station:
      name: Radio Beispiel
      timezone: Europe/Berlin
    server:
      listen: "[::]:8000"
    mounts:
      - path: /stream.ogg
        codec: vorbis
        quality: 5
    icecast:
      - url: http://source@icecast.example:8000/radio.ogg
        password_file: icecast.secret
    playlists:
      rotation: { from: music, order: shuffle }
      ids: { from: ids, order: sequence }
    programme:
      default: rotation
      identification: { from: ids, every: 4 tracks }
      emergency: emergency.ogg
      loudness: -16 LUFS

    """

let sampleEnvironment = ["HOME": "/home/radio", "XDG_RUNTIME_DIR": "/run/user/1000"]

/// Loads a text as the file `station.yaml` of a folder that need not exist.
func load(_ text: String, environment: [String: String] = sampleEnvironment) throws(ConfigurationErrors)
    -> Configuration
{
    try Configuration.load(bytes: Array(text.utf8), path: "/srv/radio/station.yaml", environment: environment)
}

/// What loading a text reports: `line:column: sentence` each.
func messages(_ bytes: [UInt8], environment: [String: String] = sampleEnvironment) -> [String] {
    do throws(ConfigurationErrors) {
        _ = try Configuration.load(bytes: bytes, path: "station.yaml", environment: environment)
        return []
    } catch {
        return error.problems.map { String($0.description.dropFirst("station.yaml:".count)) }
    }
}
