import Studio
import Testing

@Suite struct UplinkTargetTests {
    @Test func showsGoToTheLiveMountUnlessToldOtherwise() {
        #expect(UplinkTarget(host: "h", port: 8000, user: "u", secret: "s").mount == "/live")
    }
}
