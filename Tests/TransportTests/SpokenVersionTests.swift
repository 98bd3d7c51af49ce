import Testing

@testable import Transport

@Test func thisMachineSpeaksEveryVersionThatDebiansLibraryHas() {
  #expect(TLSVersion.spokenHere == Set(TLSVersion.allCases))
}
