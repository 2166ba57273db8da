import Foundation
import Logging
import Synchronization
import TestKit
import Testing

@testable import Monitor

/// An alarm reaches people by every way, whole, once, and within its deadline.
@Suite(.timeLimit(.minutes(2))) struct AlarmTests {
    private let news = ListeningRoom.News.began(
        Disturbance(
            place: .target("http://a.example/r.ogg"), fault: .silent, address: "http://a.example/r.ogg"))

    private var call: AlarmCall {
        AlarmCall(
            news, station: "Radio „Beispiel“", date: Date(timeIntervalSince1970: 1_800_000_000),
            zone: TimeZone(identifier: "Europe/Berlin") ?? .gmt)
    }

    private func secret(_ text: String) -> SecretText { SecretText(source: text) { text } }

    @Test func `a command gets the facts as variables and as JSON, without a shell`() throws {
        let folder = try TemporaryDirectory()
        let script =
            "env | grep ^FUNKHAUS_ | sort > \(folder.path)/env; cat > \(folder.path)/json; echo \"$1\" >> \(folder.path)/env"
        try AlarmWay.command(["sh", "-c", script, "alarm", "$(touch \(folder.path)/shell); a b"])
            .make(call, within: .seconds(20)) { false }
        let facts = try String(contentsOfFile: folder.path + "/env", encoding: .utf8).split(separator: "\n")
        #expect(facts.contains("FUNKHAUS_STATION=Radio „Beispiel“"))
        #expect(facts.contains("FUNKHAUS_EVENT=trouble"))
        #expect(facts.contains("FUNKHAUS_KIND=silent"))
        #expect(facts.contains("FUNKHAUS_PLACE=http://a.example/r.ogg"))
        #expect(facts.contains("FUNKHAUS_TIME=2027-01-15T09:00:00+01:00"))
        #expect(facts.last?.hasPrefix("$(touch") == true)
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/shell"))
        let json = try #require(FileManager.default.contents(atPath: folder.path + "/json"))
        let object = try JSONDecoder().decode([String: String].self, from: json)
        #expect(object["words"] == call.words)
        #expect(object["words"]?.contains("hears silence instead of the programme") == true)
    }

    @Test func `a trouble that is no longer followed is over, but nobody is said to hear the programme`() {
        let date = Date(timeIntervalSince1970: 0)
        let call = AlarmCall(.dropped(news.disturbance), station: "Radio", date: date, zone: .gmt)
        #expect(call.isOver && call.facts.contains { $0 == ("event", "over") })
        #expect(call.words.contains("http://a.example/r.ogg is no longer followed"))
        #expect(!call.words.contains(news.disturbance.endWords))
    }

    @Test func `a command that hangs is ended, with what it started`() throws {
        let began = ContinuousClock.now
        let failure = #expect(throws: AlarmFailure.self) {
            try AlarmWay.command(["sh", "-c", "sleep 600 & wait"]).make(call, within: .seconds(1)) { false }
        }
        #expect(failure?.description.contains("longer than 1 s") == true)
        #expect(ContinuousClock.now - began < .seconds(60))
    }

    @Test func `a command that fails or is not there says so`() {
        let failure = #expect(throws: AlarmFailure.self) {
            try AlarmWay.command(["sh", "-c", "exit 3"]).make(call, within: .seconds(20)) { false }
        }
        #expect(failure?.description == "sh ended with status 3")
        #expect(throws: AlarmFailure.self) {
            try AlarmWay.command(["/nowhere/alarm"]).make(call, within: .seconds(20)) { false }
        }
    }

    @Test func `a web hook gets a text in JSON, and its address stays secret`() throws {
        let got = Kept<(head: [String], body: String)>()
        let server = ScriptedServer { line in
            let head = line.readHead()
            let length = head.first { $0.lowercased().hasPrefix("content-length:") }
                .flatMap { Int($0.split(separator: " ").last ?? "") }
            got.add((head, String(decoding: line.read(length ?? 0), as: UTF8.self)))
            line.write("HTTP/1.1 \(got.count == 1 ? "200 OK" : "403 Forbidden")\r\nContent-Length: 0\r\n\r\n")
        }
        let way = AlarmWay.webhook(secret("http://127.0.0.1:\(server.port)/hooks/geheim"))
        try way.make(call, within: .seconds(20)) { false }
        #expect(got.all.first?.head.first == "POST /hooks/geheim HTTP/1.1")
        let text = try JSONDecoder().decode(
            [String: String].self, from: Data((got.all.first?.body ?? "").utf8))
        #expect(text == ["text": call.line])
        let failure = #expect(throws: AlarmFailure.self) {
            try way.make(call, within: .seconds(20)) { false }
        }
        #expect(failure?.description.contains("403") == true)
        #expect(failure?.description.contains("geheim") == false)
    }

    @Test func `a mail arrives whole, in plain text`() throws {
        let got = Kept<String>()
        let server = ScriptedServer { line in
            line.write("220 post\r\n")
            while let words = line.read() {
                got.add(words)
                switch words.prefix(4).uppercased() {
                case "EHLO": line.write("250 post\r\n")
                case "DATA":
                    line.write("354 go on\r\n")
                    while let words = line.read(), words != "." { got.add(words) }
                    line.write("250 taken\r\n")
                case "QUIT":
                    line.write("221 bye\r\n")
                    return
                default: line.write("250 ok\r\n")
                }
            }
        }
        let mail = AlarmWay.Mail(
            server: "smtp://127.0.0.1:\(server.port)", user: nil, password: nil,
            from: "funkhaus@radio.example",
            to: ["a@radio.example", "b@radio.example"])
        try AlarmWay.mail(mail).make(call, within: .seconds(20)) { false }
        #expect(got.all.contains("MAIL FROM:<funkhaus@radio.example>"))
        #expect(got.all.filter { $0.hasPrefix("RCPT TO:") }.count == 2)
        #expect(got.all.contains("Date: Fri, 15 Jan 2027 08:00:00 +0000"))
        let body = got.all.drop { !$0.isEmpty }.joined()
        let text = Data(base64Encoded: body.replacing("QUIT", with: "")).map {
            String(decoding: $0, as: UTF8.self)
        }
        #expect(text?.hasPrefix(call.words) == true)
        #expect(text?.contains("Radio „Beispiel“") == true)
        #expect(got.all.allSatisfy { $0.utf8.allSatisfy { $0 < 128 } && $0.utf8.count <= 76 })
    }

    @Test func `a password never goes to a mail server in clear`() {
        let got = Kept<String>()
        let server = ScriptedServer { line in
            line.write("220 post\r\n")
            while let words = line.read() {
                got.add(words)
                line.write(words.hasPrefix("EHLO") ? "250-post\r\n250 AUTH PLAIN LOGIN\r\n" : "500 no\r\n")
            }
        }
        let mail = AlarmWay.Mail(
            server: "smtp://127.0.0.1:\(server.port)", user: "funkhaus", password: secret("geheim"),
            from: "a@b.example", to: ["c@d.example"])
        #expect(throws: AlarmFailure.self) {
            try AlarmWay.mail(mail).make(call, within: .seconds(20)) { false }
        }
        #expect(!got.all.contains { $0.hasPrefix("AUTH") })
    }

    @Test func `each trouble goes out in every way, and a full queue leaves out the oldest`() async throws {
        let got = Kept<String>()
        let server = ScriptedServer { line in
            let head = line.readHead()
            let length = head.first { $0.lowercased().hasPrefix("content-length:") }
                .flatMap { Int($0.split(separator: " ").last ?? "") }
            got.add(String(decoding: line.read(length ?? 0), as: UTF8.self))
            line.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        }
        let folder = try TemporaryDirectory()
        let alarm = Alarm(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        alarm.follow(
            Alarm.Settings(
                station: "Radio", zone: .gmt,
                ways: [
                    .webhook(secret("http://127.0.0.1:\(server.port)/")),
                    .command(["sh", "-c", "echo $FUNKHAUS_EVENT >> \(folder.path)/said"]),
                ]))
        alarm.call(news, at: 0)
        alarm.call(.ended(news.disturbance), at: 1_000_000_000)
        let end = ContinuousClock.now + .seconds(60)
        func said() -> String { (try? String(contentsOfFile: folder.path + "/said", encoding: .utf8)) ?? "" }
        while got.count < 2 || said() != "trouble\nover\n", .now < end {
            try await Task.sleep(for: .milliseconds(20))
        }
        alarm.stop()
        #expect(said() == "trouble\nover\n")
        #expect(got.count == 2)

        let line = AlarmLine(
            .command(["true"]), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        for _ in 0..<(Alarm.most + 5) { line.add(call) }
        #expect(line.waiting == Alarm.most)
        #expect(line.leftOut == 5)
    }
}

/// What a script has got. Any thread.
private final class Kept<Value: Sendable>: Sendable {
    private let values = Mutex<[Value]>([])
    func add(_ value: Value) { values.withLock { $0.append(value) } }
    var all: [Value] { values.withLock { $0 } }
    var count: Int { all.count }
}
