import SeededRandomness
import Testing

@testable import DocumentProbes

@Suite("Recognising secrets") struct SecretScannerTests {
  private func found(_ text: String, in file: String = "config.yaml") -> [FoundSecret] {
    let bytes = Array(text.utf8)
    return bytes.withUnsafeBufferPointer { FoundSecret.all(in: $0, file: file) }
  }

  /// A value of signs drawn in turn, so that no secret stands in this file.
  static func drawn(_ count: Int, from signs: String, seed: Int = 7) -> String {
    let signs = Array(signs)
    var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1
    return String(
      (0..<count).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return signs[Int((state >> 33) % UInt64(signs.count))]
      })
  }

  static let letters = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"

  @Test("every form of the table is well-formed and finds a token made after it")
  func forms() throws {
    for form in SecretRules.tokenForms {
      let pattern = try #require(SecretPattern(form), "\(form)")
      #expect(pattern.keyword.count >= 2)
      let token = Self.example(of: form)
      let hits = found("x = \"\(token)\"\n")
      #expect(hits.count == 1, "\(form) as \(token.count) characters: \(hits.map(\.rule))")
      #expect(hits.first?.line == 1)
    }
  }

  /// A token of a form: each set gives its members in turn.
  private static func example(of form: String) -> String {
    var result = ""
    var rest = form[...]
    var seed = 3
    while let first = rest.first {
      guard first == "[", let end = rest.firstIndex(of: "]") else {
        result.append(first)
        rest = rest.dropFirst()
        continue
      }
      let set = rest[rest.index(after: rest.startIndex)..<end]
      rest = rest[rest.index(after: end)...]
      var count = 1
      if rest.first == "{", let close = rest.firstIndex(of: "}") {
        count = Int(rest.dropFirst().prefix { $0.isNumber }) ?? 1
        rest = rest[rest.index(after: close)...]
      }
      let signs =
        set.contains("\\w") || set.contains("a-z") || set.contains("A-Za-z")
        ? (set.contains("\\w") || set.contains("A-Z") && set.contains("0-9")
          ? letters
          : set.contains("0-9")
            ? "abcdefghijkmnopqrstuvwxyz23456789"
            : set.contains("A-Z") ? "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ" : "abcdefghijkmnopqrstuvwxyz")
        : set.contains("a-f") || set.contains("A-F")
          ? (set.contains("-") && set.hasSuffix("-")
            ? "0123456789abcdef" : set.contains("a-f") ? "0123456789abcdef" : "0123456789ABCDEF")
          : set.contains("A-Z") ? "ABCDEFGHJKLMNPQRSTUVWXYZ23456789" : set.contains("0-9") ? "0123456789" : String(set)
      seed += 1
      result += drawn(count, from: signs, seed: seed)
    }
    return result
  }

  @Test("named, assigned, in URLs, headers and PEM: each family is found at its place and never shown")
  func families() {
    let key = Self.drawn(40, from: Self.letters)
    let hex = Self.drawn(32, from: "0123456789abcdef")
    let cases: [(String, String, String)] = [
      ("aws_secret_access_key = \(key)", "aws-secret-access-key", key),
      ("DATADOG_API_KEY: '\(hex)'", "datadog-access-token", hex),
      ("api_key = \"\(key)\"", "generic-api-key", key),
      ("\"clientSecret\": \"\(key)\"", "generic-api-key", key),
      ("POSTGRES_PASSWORD=Tr0ub4dor-x", "password-assignment", "Tr0ub4dor-x"),
      ("  password: hunter22", "password-assignment", "hunter22"),
      ("DATABASE_URL=postgresql://app:s3cr3t-pw@db:5432/app", "url-password", "s3cr3t-pw"),
      ("curl -H 'Authorization: Bearer \(key)' http://x", "authorization-header", key),
      ("<add key=\"ClearTextPassword\" value=\"a33!!lopb\" />", "nuget-config-password", "a33!!lopb"),
      (
        "MERAKI_KEY: '\(Self.drawn(40, from: "0123456789abcdef"))'", "cisco-meraki-api-key",
        Self.drawn(40, from: "0123456789abcdef")
      ),
      ("PASSWORD=${DB_PASSWORD:-sup3rs3cret}", "password-assignment", "${DB_PASSWORD:-sup3rs3cret}"),
    ]
    for (text, rule, secret) in cases {
      let hits = found("a: 1\n" + text + "\nb: 2\n")
      #expect(hits.map(\.rule) == [rule], "\(text)")
      #expect(hits.first?.line == 2, "\(text)")
      #expect(hits.first.map { !"\($0)".contains(secret) && $0.mask.count <= 5 } == true, "\(text)")
    }
    let pem =
      "-----BEGIN RSA PRIVATE KEY-----\n\(Self.drawn(64, from: Self.letters))\n\(Self.drawn(64, from: Self.letters))\n-----END RSA PRIVATE KEY-----\n"
    #expect(found(pem, in: "a.txt").map(\.rule) == ["private-key"])
    #expect(found("key = \"\(pem.replacing("\n", with: "\\n"))\"", in: "a.py").map(\.rule) == ["private-key"])
  }

  @Test("a Secret of Kubernetes is found in its own document, and one that refers to another place is none")
  func manifests() {
    let encoded = Self.drawn(24, from: Self.letters)
    let whole = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\ndata:\n  password: \(encoded)\n"
    #expect(found(whole).map(\.rule) == ["kubernetes-secret-yaml"])
    #expect(found(whole).first?.line == 6)
    // The kind may come last.
    #expect(found("data:\n  entry: \(encoded)\nkind: Secret\n").map(\.rule) == ["kubernetes-secret-yaml"])
    #expect(found("kind: Secret\nstringData:\n  entry: 'open sesame!'\n").isEmpty)
    #expect(found("kind: Secret\nstringData:\n  entry: 'open-sesame!'\n").count == 1)
    let harmless = [
      "kind: Secret\ndata: {}\n", "kind: Secret\ndata:\n  entry: \"{{ .Values.entry | b64enc }}\"\n",
      "kind: Secret\ndata:\n  entry: \"\"\n", "kind: SecretStore\ndata:\n  entry: \(encoded)\n",
      "kind: Secret\nmetadata:\n  name: db\n---\nkind: ConfigMap\ndata:\n  entry: \(encoded)\n",
      "kind: ConfigMap\ndata:\n  entry: \(encoded)\n---\nkind: Secret\ntype: Opaque\n",
      "kind: Secret\ndata:\nmetadata:\n  name: \(encoded)\n",
    ]
    for text in harmless { #expect(found(text).map(\.rule) == [], "\(text)") }
  }

  @Test(
    "references, placeholders, names that say otherwise and accepted lines are none",
    arguments: [
      "password: ${DB_PASSWORD}", "PASSWORD=$DB_PASSWORD", "password = os.environ[\"PASSWORD\"]",
      "password: {{ vault }}",
      "password_file: /run/secrets/db", "PASSWORD_MIN_LENGTH=12345", "aws_access_key_id = AKIAIOSFODNN7EXAMPLE",
      "token: <your token>", "api_key: changeme", "password: null", "password: \"\"", "password == \"abcdefgh1\"",
      "secret: ************", "postgresql://app:${PW}@db/app", "https://user@host/path", "ssh://git@host:22/x",
      "tokenizer: bert-base-uncased-v2", "-----BEGIN RSA PRIVATE KEY-----", "-----BEGIN PUBLIC KEY-----",
      "password: Tr0ub4dor-x # gitleaks:allow", "ghp_short", "key: \"passwords are hard\"",
      "SECRET_NAME=app-secret-v1-2024",
      "The password: the one you were given by mail", "[\"password\", \"passwd\", \"Hunter22x\"]",
      "passwordVariable: PGPASSWORD", "secretKeyRef: {name: app-credentials-2, key: x}",
    ])
  func none(text: String) { #expect(found(text).map(\.rule) == [], "\(text)") }

  @Test("code needs quotes; settings do not")
  func surroundings() {
    #expect(found("password = getPassword1", in: "a.py").isEmpty)
    #expect(found("password = Hunter22x", in: "a.env").count == 1)
    #expect(found("password = \"Hunter22x\"", in: "a.py").count == 1)
    #expect(found("password = get(\"Hunter22x\")", in: "a.py").isEmpty)
  }

  @Test("time grows with the bytes, whatever they are")
  func linear() {
    let clock = ContinuousClock()
    for piece in [
      "eyJ", "://a:", "password=", "xoxb-1", "-----BEGIN ", "AKIA", "[", "api_key=\"", "ey.ey", "kind: secret\n", "\n",
    ] {
      let text = String(repeating: piece, count: 40_000 / piece.utf8.count)
      let time = clock.measure { _ = found(text) }
      #expect(time < .seconds(20), "\(piece): \(time)")
    }
  }
}
