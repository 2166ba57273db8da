import Audio
import CShims
import Codecs
import Foundation
import Glibc
import TestKit
import Testing

/// Workers that die, hang, lie and try to get out.
@Suite struct WorkerTests {
    /// A minute of audio in a small file, and a decoder that has a second of it in its ring and waits.
    struct OnAir {
        let bench: Bench
        let file: String
        let decoder: MediaDecoder

        init(playing: Int = 60_000) throws {
            bench = try Bench()
            let second = Sound.tone(frames: 8_000, rate: 8_000).left
            file = try bench.write(Sound.wav([(0..<60).flatMap { _ in second }], rate: 8_000), "a.wav")
            decoder = MediaDecoder.start(
                workers: bench.workers, file: file, ring: FrameCount(seconds: 1),
                patience: MediaDecoder.Patience(opening: 60_000, playing: playing))
            #expect(decoder.consumer.waitForFrames(44_100, milliseconds: 60_000))
        }

        var worker: Int32 { decoder.processID ?? 0 }

        func system(_ name: String) -> String {
            (try? String(contentsOfFile: "/proc/\(worker)/\(name)", encoding: .utf8)) ?? ""
        }

        var fault: MediaFault? {
            if case .failed(let failure, _) = decoder.state { failure.fault } else { nil }
        }
    }

    @Test(arguments: [SIGKILL, SIGABRT])
    func aCrashEndsTheTrackAfterWhatWasDecoded(signal: Int32) throws {
        let onAir = try OnAir()
        kill(onAir.worker, signal)
        let sound = Bench.drain(onAir.decoder.consumer)
        #expect(onAir.fault == .crashed(signal: signal))
        #expect(sound.count >= 44_100 && sound.count < 60 * 44_100)
    }

    @Test func aHangEndsTheTrackAfterWhatWasDecoded() throws {
        let onAir = try OnAir(playing: 300)
        let worker = onAir.worker
        kill(worker, SIGSTOP)
        let sound = Bench.drain(onAir.decoder.consumer)
        #expect(onAir.fault == .hung)
        #expect(sound.count >= 44_100 && sound.count < 60 * 44_100)
        onAir.decoder.stop()
        #expect(kill(worker, 0) == -1 && errno == ESRCH)
    }

    @Test func stoppingLeavesNoProcess() throws {
        let onAir = try OnAir()
        let worker = onAir.worker
        onAir.decoder.stop()
        #expect(waitpid(worker, nil, WNOHANG) == -1 && errno == ECHILD)
        #expect(onAir.decoder.processID == nil)
    }

    @Test func aFileThatChangesWhileItPlaysIsNamed() throws {
        let onAir = try OnAir()
        truncate(onAir.file, 200_000)
        let sound = Bench.drain(onAir.decoder.consumer)
        #expect(onAir.fault == .changed && sound.count < 60 * 44_100)
    }

    @Test func theWallsAreUp() throws {
        setenv("FUNKHAUS_TEST_SECRET", "hackme", 1)
        let onAir = try OnAir()
        let status = onAir.system("status")
        #expect(status.contains("Seccomp:\t2") && status.contains("NoNewPrivs:\t1"))
        let limits = onAir.system("limits").split(separator: "\n").map { $0.split(separator: " ") }
        func limit(_ name: String) -> Int? {
            limits.first { $0.joined(separator: " ").hasPrefix(name) }.flatMap {
                Int($0[name.split(separator: " ").count])
            }
        }
        #expect(
            limit("Max file size") == 0 && limit("Max core file size") == 0 && limit("Max processes") == 0)
        #expect(
            limit("Max data size") != nil && limit("Max address space") != nil
                && limit("Max cpu time") == 3_600)
        #expect(!onAir.system("environ").contains("hackme"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: "/proc/\(onAir.worker)/fd").count == 4)
        #expect(onAir.system("oom_score_adj") == "1000\n")
    }

    /// What libav would have to do to harm anybody, tried from a thread behind the same walls.
    @Test func forbiddenCallsFail() {
        struct Tried: Sendable {
            var walls: Int32 = -1
            var results: [String: Bool] = [:]
        }
        nonisolated(unsafe) var tried = Tried()
        let done = DispatchSemaphore(value: 0)
        let thread = Thread {
            var found = Tried(walls: cshims_forbid_calls())
            func fails(_ name: String, _ result: Int) { found.results[name] = result == -1 && errno == EPERM }
            fails("open", Int(open("/etc/passwd", O_RDONLY)))
            fails("socket", Int(socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)))
            fails("kill", Int(kill(getppid(), 0)))
            fails("exec", Int(execv("/bin/true", [nil])))
            fails("unlink", Int(unlink("/nowhere")))
            let mapped = mmap(nil, 4_096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
            found.results["executable memory"] = mapped == MAP_FAILED && errno == EPERM
            tried = found
            done.signal()
        }
        thread.start()
        done.wait()
        #expect(tried.walls == 0)
        #expect(tried.results.values.allSatisfy { $0 } && tried.results.count == 6, "\(tried.results)")
    }

    @Test func anIdleWorkerEndsWithItsDaemon() {
        var process: pid_t = 0
        let socket = cshims_spawn_worker(workerProgram, &process)
        #expect(socket >= 0)
        close(socket)
        var status: Int32 = 0
        #expect(waitpid(process, &status, 0) == process && status >> 8 == 1)
    }

    @Test func aSpareThatDiedIsReplaced() throws {
        let bench = try Bench()
        let sound = Sound.tone(frames: 500)
        let file = try bench.write(sound.wav(), "a.wav")
        // A name of its own, by which the spare is found among all processes.
        let program = bench.path("worker")
        symlink(workerProgram, program)
        let workers = MediaWorkers(program: program)
        defer { workers.stop() }
        var spare: Int32?
        while spare == nil {
            usleep(2_000)
            spare = try FileManager.default.contentsOfDirectory(atPath: "/proc").lazy.compactMap { Int32($0) }
                .first {
                    (try? String(contentsOfFile: "/proc/\($0)/cmdline", encoding: .utf8)) == "\(program)\0"
                }
        }
        kill(try #require(spare), SIGKILL)
        let decoder = MediaDecoder.start(workers: workers, file: file, patience: calm)
        defer { decoder.stop() }
        #expect(Bench.drain(decoder.consumer).distance(to: sound) == 0)
        guard case .finished = decoder.state else {
            Issue.record("\(decoder.state)")
            return
        }
    }

    @Test func aProgramThatIsNoWorkerIsFoundOut() throws {
        let bench = try Bench()
        func state(_ program: String) -> MediaFault? {
            let workers = MediaWorkers(program: program)
            let decoder = MediaDecoder.start(
                workers: workers, file: "/a.wav", patience: MediaDecoder.Patience(opening: 2_000))
            defer {
                decoder.stop()
                workers.stop()
            }
            #expect(Bench.drain(decoder.consumer).count == 0)
            if case .failed(let failure, _) = decoder.state { return failure.fault }
            return nil
        }
        let sleeper = try bench.write(Array("#!/bin/sh\nexec sleep 1000\n".utf8), "sleeper")
        chmod(sleeper, 0o755)
        #expect(state("/nowhere/funkhaus-media") == .workerMissing(errno: ENOENT))
        #expect(state("/bin/cat") == .nonsense)
        #expect(state(sleeper) == .hung)
    }

    @Test func everyFaultHasOneSentence() {
        let faults: [MediaFault] = [
            .missing, .permissionDenied, .notAFile, .empty, .unreadable(errno: 5), .notAudio,
            .formatNotAllowed("hls"),
            .codecNotAllowed("x"), .corrupt, .endless, .tooLarge, .changed, .crashed(signal: 11),
            .exited(status: 1),
            .hung, .nonsense, .workerMissing(errno: 2),
        ]
        for fault in faults {
            let sentence = MediaFailure(file: "/a.mp3", fault: fault).sentence
            #expect(sentence.hasPrefix("/a.mp3: ") && sentence.hasSuffix(".") && !sentence.contains("\n"))
        }
    }
}

@Suite struct MeterTests {
    /// EBU Tech 3341, case 1: a stereo sine of 1 kHz at −23 dBFS has −23 LUFS.
    @Test func loudnessPeakAndCuesAreMeasured() throws {
        let bench = try Bench()
        let level = Float(pow(10, -23.0 / 20))
        let tone = (0..<132_300).map { level * Float(sin(2 * Double.pi * 1_000 * Double($0) / 44_100)) }
        let silence = [Float](repeating: 0, count: 10_000)
        let side = silence + tone + silence
        let file = try bench.write(Sound(left: side, right: side).wav(), "a.wav")
        let measured = try #require(try bench.measure(file))
        #expect(measured.frames.frames == 152_300)
        #expect(abs((measured.loudness ?? 0) + 23) < 0.3)
        #expect(abs((measured.truePeak ?? 0) + 23) < 0.1)
        #expect((10_000...10_002).contains(measured.cueIn.frames))
        #expect((142_298...142_300).contains(measured.cueOut.frames))
        #expect(measured.source.codec == "pcm_f32le" && measured.source.container == "wav")
    }

    @Test func silenceHasNoLoudnessAndIsCuedWhole() throws {
        let bench = try Bench()
        let silence = [Float](repeating: 0, count: 30_000)
        let file = try bench.write(Sound(left: silence, right: silence).wav(), "a.wav")
        let measured = try #require(try bench.measure(file))
        #expect(measured.loudness == nil && measured.truePeak == nil)
        #expect(measured.cueIn == .zero && measured.cueOut.frames == 30_000)
    }

    @Test func whatCannotBeMeasuredIsNamed() throws {
        let bench = try Bench()
        let file = try bench.write([], "a.wav")
        #expect(throws: MediaFailure(file: file, fault: .empty)) { try bench.measure(file) }
    }

    @Test func aCancelledMeterMeasuresNothing() throws {
        let bench = try Bench()
        let file = try bench.write(Sound.tone(frames: 500).wav(), "a.wav")
        let meter = MediaMeter(program: workerProgram)
        meter.cancel()
        #expect(try meter.measure(file) == nil)
    }
}
