import Testing

@testable import DatabaseProbes

/// Conditions of policies as the server writes them.
@Suite struct PolicyDisjunctsTests {
  @Test(
    arguments: [
      ("((auth.uid() IS NULL) OR (owner = auth.uid()))", "auth.uid()"),
      ("((owner = auth.uid()) OR shared OR (auth.uid() IS NULL))", "auth.uid()"),
      ("((NOT (auth.uid() IS NOT NULL)) OR (owner = 7))", "auth.uid()"),
      ("((( SELECT auth.uid() AS uid) IS NULL) OR (owner = 7))", "auth.uid()"),
      (
        "((current_setting('app.a OR b'::text, true) IS NULL) OR (owner = 7))",
        "current_setting('app.a OR b'::text, true)"
      ),
      ("((auth.\"u)id\"() IS NULL) OR (name = 'it''s ('::text))", "auth.\"u)id\"()"), ("(auth.uid() IS NULL)", nil),
      ("((current_setting('app.a'::text, false) IS NULL) OR (owner = 7))", nil),
      ("((owner = auth.uid()) AND ((auth.uid() IS NULL) OR shared))", nil), ("(a.b(owner) IS NULL OR owner = 7)", nil),
      ("((CURRENT_USER IS NULL) OR (owner = 7))", nil), ("('auth.uid() IS NULL OR x'::text = name)", nil), ("", nil),
      (")(", nil), ("((((", nil), ("))))", nil), ("(' OR ", nil), (" OR ", nil), ("() IS NULL OR (", nil),
    ] as [(String, String?)])
  func opening(condition: String, unknown: String?) {
    #expect(PolicyDisjuncts.opening(of: condition) == unknown)
  }

  @Test("parentheses are matched in one pass, however deep they are", .timeLimit(.minutes(1)))
  func depth() {
    let depth = 100_000
    let (open, close) = (String(repeating: "(", count: depth), String(repeating: ")", count: depth))
    #expect(PolicyDisjuncts.opening(of: open + "auth.uid() IS NULL OR owner = 7" + close) == "auth.uid()")
    #expect(PolicyDisjuncts.opening(of: open + "auth.uid()" + close + " IS NULL OR owner = 7") == "auth.uid()")
    #expect(PolicyDisjuncts.opening(of: open) == nil)
    #expect(PolicyDisjuncts.opening(of: close) == nil)
    // Every pair but the outermost ends before the text does.
    let nested = String(repeating: "(x OR ", count: depth) + "y" + close
    #expect(PolicyDisjuncts.opening(of: nested) == nil)
    #expect(PolicyDisjuncts.opening(of: String(repeating: "(x) OR ", count: depth) + "a.b() IS NULL") == "a.b()")
    #expect(PolicyDisjuncts.opening(of: String(repeating: "NOT (", count: depth) + close + " OR x") == nil)
  }
}
