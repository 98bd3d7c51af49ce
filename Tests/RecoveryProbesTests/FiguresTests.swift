import Facts
import FaultProxy
import Testing

@testable import RecoveryProbes

@Suite("Figures of a cut")
struct FiguresTests {
  private func look(_ from: Int, _ status: Int, took: Int = 10) -> Look {
    Look(from: from, to: from + took, end: .status(status))
  }

  @Test("readiness is red from the first look on after which it never was green")
  func red() {
    let looks = [look(100, 200), look(300, 503), look(500, 200), look(700, 503), look(900, 503)]
    let facts = CutFigures.readiness(looks, from: 100, to: 1000)
    #expect(facts?["turnedRed"] == true && facts?["redAfterMs"] == 610)
    let flapping = CutFigures.readiness(looks + [look(950, 200)], from: 100, to: 1000)
    #expect(flapping?["turnedRed"] == false && flapping?["redAfterMs"]?.isNull == true)
    #expect(CutFigures.readiness(looks, from: 2000, to: 3000) == nil)
  }

  @Test("what began after the cut, or was called off, does not count")
  func bounds() {
    let looks = [look(100, 503), Look(from: 200, to: 300, end: .calledOff), look(1000, 200)]
    let facts = CutFigures.answers(looks, from: 0, to: 1000)
    #expect(facts?["sent"] == 1 && facts?["refused"] == 1 && facts?["statuses"] == [503])
  }

  @Test("well again is the first of an unbroken row of good answers")
  func steady() {
    let looks = [look(100, 503), look(200, 200), look(300, 503), look(400, 200), look(500, 200)]
    #expect(CutFigures.steadyFrom(looks, after: 0) == nil)
    #expect(CutFigures.steadyFrom(looks + [look(600, 200)], after: 0) == 410)
  }
}
