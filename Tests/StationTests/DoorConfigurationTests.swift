import Testing

@testable import Station

/// The keys of the door: what they say, and what a mistake in them is answered with.
@Suite struct DoorConfigurationTests {
    private func with(server: String = "", mount: String = "") -> String {
        sampleText.replacing("  listen: \"[::]:8000\"\n", with: "  listen: \"[::]:8000\"\n\(server)")
            .replacing("    quality: 5\n", with: "    quality: 5\n\(mount)")
    }

    @Test func everyKeyIsTaken() throws {
        let configuration = try load(
            with(
                server: """
                      tls: { listen: "[::]:443", certificate: tls/cert.pem, key: /key.pem }
                      admin: { user: chef, password_file: admin.secret }
                      relay: { password_env: RELAY }
                      limits: { listeners: 200, head: 16 kB, head_time: 2s, burst: 1500 ms }
                      trusted_proxies: [ 127.0.0.1, "fd00::/8" ]

                    """,
                mount: """
                        max_listeners: 50
                        max_time: 90 min
                        accounts: members
                        fallback: /spare.ogg
                      - path: /spare.ogg

                    """
            ).replacing(
                "password_file: icecast.secret", with: "password_file: icecast.secret\n    from: /spare.ogg"))
        let server = configuration.server
        #expect(
            server.tls
                == Configuration.TLS(
                    listen: ListenAddress(host: "::", port: 443), certificate: "/srv/radio/tls/cert.pem",
                    key: "/key.pem"))
        #expect(
            server.admin == Configuration.Account(user: "chef", password: .file("/srv/radio/admin.secret")))
        #expect(server.relay == Configuration.Account(user: "relay", password: .environment("RELAY")))
        #expect(
            server.limits
                == Configuration.Limits(
                    listeners: 200, head: 16_000, headTime: .seconds(2), burst: .milliseconds(1_500)))
        #expect(server.trustedProxies == ["127.0.0.1", "fd00::/8"])
        #expect(
            configuration.mounts[0].rules
                == Configuration.MountRules(
                    maxListeners: 50, maxTime: .seconds(5_400), fallback: "/spare.ogg",
                    accounts: "/srv/radio/members"))
        #expect(configuration.mounts[1].rules == Configuration.MountRules())
    }

    @Test func nothingOfItIsNeeded() throws {
        let configuration = try load(sampleText)
        let server = configuration.server
        #expect(
            server.tls == nil && server.admin == nil && server.relay == nil && server.trustedProxies.isEmpty)
        #expect(server.limits == Configuration.Limits())
        #expect(configuration.mounts[0].rules == Configuration.MountRules())
    }

    @Test(arguments: [
        ("  tls: { key: k }\n", "6:3: server.tls has no certificate: add the line certificate: cert.pem"),
        (
            "  tls: { certificate: c, key: k, listen: 8443 }\n",
            "6:42: server.tls.listen is “8443”: write an address and a port in quotation marks, such as \"[::]:8443\""
        ),
        (
            "  admin: { user: a }\n",
            "6:3: server.admin has no password: put it alone into a file and add the line password_file: admin.secret"
        ),
        (
            "  relay: { password: hackme }\n",
            "6:22: server.relay.password stands in this file, where many may read it: put it alone into a file and write "
                + "password_file: relay.secret"
        ),
        (
            "  admin: { user: \"a:b\", password_env: A }\n",
            "6:18: server.admin.user is “a:b”: write a name without a colon"
        ),
        (
            "  limits: { listeners: many }\n",
            "6:24: server.limits.listeners is “many”: write a number from 1 to 1000000"
        ),
        (
            "  limits: { head: 1 MB }\n",
            "6:19: server.limits.head is “1 MB”: write a size from 1 KiB to 64 KiB, such as 8 KiB"
        ),
        (
            "  limits: { head_time: 10 }\n",
            "6:24: server.limits.head_time is “10”: write a time from 1s to 60s, such as 10s"
        ),
        (
            "  limits: { burst: 60s }\n",
            "6:20: server.limits.burst is “60s”: write a time from 500ms to 20s, such as 4s"
        ),
        ("  limits: { bursts: 4s }\n", "6:13: “bursts” is not a key of server.limits: did you mean burst?"),
        (
            "  trusted_proxies: [ localhost ]\n",
            "6:22: server.trusted_proxies[0] is “localhost”: write an address such as 127.0.0.1 or a network such as "
                + "10.0.0.0/8"
        ),
    ])
    func aMistakeOfTheServerIsSaidInWords(_ line: String, _ told: String) {
        #expect(messages(Array(with(server: line).utf8)) == [told])
    }

    @Test(arguments: [
        (
            "    max_listeners: 0\n",
            "10:20: mounts[0].max_listeners is “0”: write a number from 1 to 1000000"
        ),
        (
            "    max_time: ever\n",
            "10:15: mounts[0].max_time is “ever”: write a time from 1s to 1000h, such as 12h"
        ),
        (
            "    fallback: /strem.ogg\n",
            "10:15: mounts[0].fallback is “/strem.ogg”, but no mount is called so: did you mean /stream.ogg?"
        ),
        (
            "    fallback: /stream.ogg\n",
            "10:15: mounts[0].fallback is the mount itself: name another one, or delete the line"
        ),
    ])
    func aMistakeOfAMountIsSaidInWords(_ line: String, _ told: String) {
        #expect(messages(Array(with(mount: line).utf8)) == [told])
    }

    @Test func theEncryptedPortCannotMoveWhileItIsOpen() throws {
        let old = try load(with(server: "  tls: { certificate: c, key: k }\n"))
        let new = try load(with(server: "  tls: { certificate: d, key: k }\n"))
        #expect(new.changesNeedingRestart(from: old).count == 1)
        // Everything else of the door is taken up by a reload.
        let other = try load(
            with(
                server:
                    "  tls: { certificate: c, key: k }\n  limits: { listeners: 5 }\n  admin: { password_env: A }\n",
                mount: "    max_listeners: 3\n"))
        #expect(other.changesNeedingRestart(from: old).isEmpty)
    }
}
