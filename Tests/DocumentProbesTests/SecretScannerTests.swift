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
  static func example(of form: String, seed first: Int = 3) -> String {
    var result = ""
    var rest = form[...]
    var seed = first
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
        set == "!-~"
        ? letters
        : set.contains("\\w") || set.contains("a-z") || set.contains("A-Za-z")
          ? (set.contains("\\w") || set.contains("A-Z") && set.contains("0-9")
            ? letters
            : set.contains("0-9")
              ? "abcdefghijkmnopqrstuvwxyz23456789"
              : set.contains("A-Z") ? "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ" : "abcdefghijkmnopqrstuvwxyz")
          : set.contains("a-f") || set.contains("A-F")
            ? (set.contains("-") && set.hasSuffix("-")
              ? "0123456789abcdef" : set.contains("a-f") ? "0123456789abcdef" : "0123456789ABCDEF")
            : set.contains("A-Z")
              ? "ABCDEFGHJKLMNPQRSTUVWXYZ23456789" : set.contains("0-9") ? "0123456789" : String(set)
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

/// Every rule of the tables finds a secret made after it, in the ways in which people write one down, and leaves its
/// look-alikes alone.
@Suite("Recognising secrets by name") struct NamedSecretTests {
  private func found(_ text: String, in file: String = "settings.yaml") -> [FoundSecret] {
    let bytes = Array(text.utf8)
    return bytes.withUnsafeBufferPointer { FoundSecret.all(in: $0, file: file) }
  }

  /// The ways in which a name and its value are written: file, text with `{name}` and `{value}`.
  private static let manners: [(String, String)] = [
    ("a.ini", "{name}_token=\"{value}\""), ("a.ini", "{name}_token = {value}"),
    ("a.json", "{\n  \"{name}_token\": \"{value}\"\n}"),
    ("a.json", "\"{\\\"{name}_token\\\": \\\"{value}\\\"}\""), ("a.xml", "<{name}Token>{value}</{name}Token>"),
    ("a.xml", "<{name}Token>\n    {value}\n</{name}Token>"), ("a.yaml", "{name}_token: {value}"),
    ("a.yaml", "{name}_token: '{value}'"), ("a.yaml", "{name}_token: |\n  {value}\n"),
    ("a.yaml", "{name}_token: >-\n  {value}\n"),
    ("a.cs", "string {name}Token = \"{value}\";"), ("a.go", "var {name}Token string = \"{value}\""),
    ("a.go", "{name}Token := `{value}`"), ("a.ts", "const {name}Token: string = \"{value}\""),
    ("a.php", "${name}Token .= \"{value}\";"), ("a.py", "{name}Token = '{value}'"),
    ("a.csv.txt", "{name}Token,{value},"),
    ("a.conf", "  \"{name}Token\" => \"{value}\""), ("Makefile", "{name}_TOKEN ?= \"{value}\""),
    ("Makefile", "{name}_TOKEN :::= \"{value}\""), ("Makefile", "{name}_TOKEN += \"{value}\""),
    ("a.java", "System.setProperty(\"{name}_TOKEN\", \"{value}\");"),
  ]

  @Test("every form of the table of names is found however it is written, under its own id")
  func forms() throws {
    for (index, (id, _, words, forms, _)) in SecretRules.named.enumerated() {
      for form in forms {
        #expect(SecretPattern(form, needsKeyword: false) != nil, "\(form)")
        let word = words[index % words.count]
        for (number, (file, manner)) in Self.manners.enumerated() {
          let value = SecretScannerTests.example(of: form, seed: 3 + number)
          let text = manner.replacing("{name}", with: word).replacing("{value}", with: value)
          let rules = found(text + "\n", in: file).map(\.rule)
          #expect(rules.count == 1, "\(id) in \(file): \(text): \(rules)")
          // An identifier may look like the secret beside it.
          #expect(
            rules.first == id || id.hasSuffix("-id") || Self.twins[id]?.contains(rules.first ?? "") == true,
            "\(id): \(text): \(rules)")
        }
      }
    }
  }

  /// Rules whose secrets look alike under one word.
  private static let twins: [String: Set<String>] = [
    "jfrog-identity-token": ["artifactory-reference-token"], "freemius-secret-key": ["stripe-access-token"],
  ]

  @Test("every rule that other scanners know by itself is known here under the same id")
  func ids() {
    let known = Set(SecretRules.all.map(\.id))
    let expected = [
      "adobe-client-id", "asana-client-id", "beamer-api-token", "bitbucket-client-id", "bittrex-access-key",
      "bittrex-secret-key", "cloudflare-global-api-key", "confluent-secret-key", "curl-auth-header", "curl-auth-user",
      "discord-client-id", "discord-client-secret", "dropbox-long-lived-api-token", "dropbox-short-lived-api-token",
      "facebook-page-access-token", "finicity-client-secret", "flutterwave-encryption-key", "flutterwave-public-key",
      "freemius-secret-key", "gitlab-pat-routable", "gitlab-runner-authentication-token-routable",
      "gitlab-session-cookie", "gocardless-api-token", "huggingface-organization-api-token", "jfrog-identity-token",
      "jwt-base64", "kucoin-access-token", "linkedin-client-id", "lob-pub-api-key", "mailgun-pub-key",
      "messagebird-client-id", "new-relic-user-api-id", "plaid-client-id", "plaid-secret-key", "privateai-api-token",
      "sendbird-access-id", "sentry-access-token", "settlemint-application-access-token",
      "settlemint-service-access-token", "sidekiq-sensitive-url", "slack-config-refresh-token",
      "slack-legacy-bot-token", "slack-legacy-workspace-token", "sumologic-access-id", "twitter-access-secret",
      "twitter-api-key", "twitter-api-secret", "twitter-bearer-token", "yandex-access-token", "yandex-aws-access-token",
    ]
    #expect(expected.filter { !known.contains($0) } == [])
    #expect(known.count >= 240, "\(known.count)")
  }

  @Test("a value of another length, alphabet or name is none")
  func lookAlikes() {
    let hex = "0123456789abcdef"
    func drawn(_ count: Int, _ signs: String = SecretScannerTests.letters) -> String {
      SecretScannerTests.drawn(count, from: signs)
    }
    let harmless = [
      ("a.yaml", "discord_webhook_channel: \(drawn(17, "123456789"))"),
      ("a.yaml", "cloudflare_zone: \(drawn(31, hex))"),
      ("a.yaml", "asana_project_name: \(drawn(16, "123456789"))"), ("a.yaml", "adobe_client_sha1: \(drawn(32, hex))"),
      ("a.yaml", "sentry_release_commit: \(drawn(64, hex))"), ("a.yaml", "sourcegraph_image_digest: \(drawn(40, hex))"),
      ("a.yaml", "sumo: wrestling-club-01"), ("a.yaml", "linear_interpolation_hash: \(drawn(32, hex))"),
      ("a.py", "plaid = \(drawn(24, hex))"), ("a.py", "travis == \"\(drawn(22))\""),
      ("go.sum", "github.com/x/token v1.2.0 h1:\(drawn(43))="),
      ("package-lock.json", "\"auth-token\": \"\(drawn(40))\""),
      ("node_modules/a/b.js", "const secret = \"\(drawn(40))\""),
      ("web/vendor/github.com/a/b.go", "apiKey := \"\(drawn(40))\""), ("a.yaml", "token: first +\n  second"),
      ("a.yaml", "password: |\n"), ("a.yaml", "password: >-"), ("a.yaml", "\"accessor\":\"\(drawn(16))\","),
      ("a.groovy", "credentialsId: '29f63271-dc2f-4734-8221-5b31b5169bac'"),
      ("a.properties", "dev.credentials.url=dev-lb1.api.host:5215"),
      ("a.yaml", "public_key = \"\(drawn(43))\""), ("a.yaml", "GITHUB_API_KEY=\nDYNATRACE_API_KEY="),
      ("a.py", "SECRET_NAME = \"NEXUS-GPT4-API-KEY\""),
      ("a.xml", "<UserSecretsId>79a3edd0-2092-40a2-a04d-dcb46d5ca9ed</UserSecretsId>"),
      ("Dockerfile", "RUN --mount=type=secret,id=jfrog_secret cat /run/secrets/jfrog_secret"),
      ("a.yaml", "publicToken = \"\(drawn(43))\""), ("a.yaml", "csrf-token=\(drawn(60))"),
      ("a.py", "XSRF_TOKEN: \"\(drawn(40))\""),
      ("a.html", "<label for=\"inputPassword\" class=\"sr-only1x\">"),
      ("a.html", "<a href=\"#socketsymbolasyncdispose\" id=\"socketsymbolasyncdispose\">"),
      ("a.yaml", "etsy_shop: socketsymbolasyncdispose"), ("run.sh", "open <user:password> https://x/Endpoint12"),
      ("a.py", "access_token_url='https://code.example/login/oauth/access_token',"), ("a.txt", "xoxa-short"),
      ("a.txt", "SGX\(drawn(67))"),
    ]
    for (file, text) in harmless { #expect(found(text + "\n", in: file).map(\.rule) == [], "\(file): \(text)") }
    // What is told by itself counts in a lock file too.
    #expect(found("resolved: https://x/?t=ghp_\(drawn(36))\n", in: "yarn.lock").map(\.rule) == ["github-pat"])
  }

  @Test(
    "a password given to curl is found, in any quotes, on any line of the command",
    arguments: [
      "curl --cacert ca.crt -u elastic:P@ssw0rd$1 https://localhost:9200",
      "sh-5.0$ curl -k -X POST https://cache:11222/rest \\\n  -H 'Content-type: text/plain' \\\n  -d 'world' \\\n  -u developer:yqDVtkqPECriaLRi",
      "curl -u \":d2LkV78zLx!t\" https://localhost:9200", "curl -u \"d2LkV78zLx!t:\" https://localhost:9200",
      "curl -sw '%{http_code}' -X POST --user  'johns:h0pk1ns~21s' $URL --data", "curl -sku root:pQ9wTxu4Fg https://x/",
      "curl --user roger23@gmail.example:pQ9wTxu4Fg https://x/?host_id=abcdefg -v",
      "curl --user=a:pQ9wTxu4Fg https://x/",
      "curl -s -v --user \"j.smith:dB2yF6@qL9vZm1P#4J\" \"https://api.host/user/me\"",
      "curl -X POST --user \"{acd3c08b-74e8-4f44-a2d0-80694le24f46}\":\"{ZqL5kVrX1n8tA2}\" --header \"Accept: x\" https://x/",
      "curl --user kevin:'pRf7vG2h1L8nQkW9' -iX PATCH -d",
      "$ curl https://x/oauth2/token \\\n  --user c28wlsosanujy2z:qgsnai0xokrw4j1 --data a=b",
      "#curl -X POST \\\n#  https://x/messages \\\n#  -u api:qgsnai0xokrw4j1",
    ])
  func curlUser(text: String) { #expect(found(text + "\n", in: "run.sh").map(\.rule) == ["curl-auth-user"], "\(text)") }

  @Test(
    "a header with a key given to curl is found",
    arguments: [
      "curl --header  'Authorization:  5eb4223e-5008-46e5-be67-c7b8f2732305'",
      "curl -H 'Authorization: Basic YnJvd3Nlcjo=' \\",
      "curl -L -H \"Authorization: opaque1bRLFnzd5@=-.a+/hgdS\"",
      "curl -X GET \\\n  -H \"apikey: c4ed6c21-9dd5-4a05-8e3f-c56d1151cce8\" \\\n",
      "curl -X POST --header \"Api-Token: Sk94HG7f6KB\"",
      "curl -X GET https://octopus.corp.host/\n  -H \"X-Octopus-ApiKey: 3a16750d-d363-41a4-8ebd-035408f7730f\" \\",
      "curl -XPOST http://localhost/api -H \"Content-Type: x; charset=UTF-8\" -H \"Token: 3fea6af1349166ea\" -d \"content=hello\"",
    ])
  func curlHeader(text: String) {
    let rules = Set(found(text + "\n", in: "run.sh").map(\.rule))
    #expect(rules == ["curl-auth-header"] || rules == ["authorization-header"], "\(text): \(rules)")
  }

  @Test(
    "placeholders, variables and other commands give curl no secret",
    arguments: [
      "curl -i -u 'test:test'", "curl -sL --user \"$1:$2\" \"$3\" > \"$4\"",
      "curl -u <user:password> https://x/endpoint",
      "curl --user neo4j:[PASSWORD] http://[IP]:7474/db/data/",
      "curl -u \"myusername\" http://localhost:15130/api/check_user/",
      "curl -u username:token", "curl -u \"${_username}:${_password}\"", "curl -u \"${username}\":\"${password}\"",
      "curl -k -X POST -I -u \"SRVC_JENKINS:${APPID}\"", "curl -u \":\" https://localhost:9200",
      "curl --user '$USERNAME:$PASSWORD' $URL --data", "curl --user \"xxx:yyy\"",
      "curl --silent --user \"{{ $.Values.username }}:{{ $.Values.password }}\"",
      "curl -XGET -i -u \"${{ env.ELK_ID }}:${{ build.env.ELK_PASS }}\"",
      "curl -X POST --user \"$(cat ./login.txt):$(cat ./password.txt)\"",
      "curl http://127.0.0.1:5000/file --user user:pass --digest  # digest auth",
      "curl --insecure --mail-from \"src@x.y\" --user \"src@x.y\" --upload-file out.txt",
      "curl -X POST http://x/serve\n\nnc -u -l 41234",
      "curl x | sudo -u root:Hunter22x tee", "curl https://x/ -d h=entry -H \"Authorization: Bearer XXXXXXXXXXXX\"",
      "curl -X POST https://x/token --header \"Authorization: Basic ...\"",
      "curl \\\n  -H \"Authorization: Bearer <API token>\" \\\n  x",
      "curl -H \"Authorization: Token **********\" x", "curl -H \"apikey: $API_KEY\" x",
      "curl -H \"Authorization: Bearer $(gcloud auth print-access-token)\" x",
      "curl -H \"Idempotency-Key: c4ed6c21-9dd5-4a05-8e3f-c56d1151cce8\" x", "libcurl -u a:pQ9wTxu4Fg",
      "recurling -u a:pQ9wTxu4Fg",
    ])
  func curlHarmless(text: String) { #expect(found(text + "\n", in: "run.sh").map(\.rule) == [], "\(text)") }

  @Test("of several commands of curl each has its own secrets, beside, within and behind open quotes")
  func severalCommands() {
    let cases = [
      "curl -u a:pQ9wTxu4Fg https://x or curl -u b:hR8kWmz3Ld https://x", "curl -o /usr/bin/curl -u a:pQ9wTxu4Fg x",
      "With curl it's easy:\n\n  curl -u a:pQ9wTxu4Fg x", "curl -d 'run curl -u a:pQ9wTxu4Fg x' -u b:hR8kWmz3Ld y",
      "curl -H 'X-Api-Key: c4ed6c21-9dd5-4a05-8e3f-c56d1151cce8' -u a:pQ9wTxu4Fg x",
    ]
    let expected = [
      ["curl-auth-user", "curl-auth-user"], ["curl-auth-user"], ["curl-auth-user"],
      ["curl-auth-user", "curl-auth-user"], ["curl-auth-header", "curl-auth-user"],
    ]
    for (text, rules) in zip(cases, expected) {
      #expect(found(text + "\n", in: "run.sh").map(\.rule).sorted() == rules, "\(text)")
    }
  }

  @Test(
    "each byte is read a few times at most, however often curl stands in a text",
    arguments: ["curl ", "curl ' ", "curl \" ", "curl ' curl \" ", "curl -u curl \\\n", "'curl \"curl ", "curl\n-"])
  func manyCommands(piece: String) {
    let bytes = Array(String(repeating: piece, count: 50_000 / piece.utf8.count).utf8)
    var curl = CurlCredentials()
    bytes.withUnsafeBufferPointer { bytes in
      var start = 0
      while start + 4 <= bytes.count {
        if bytes[start..<(start + 4)].elementsEqual("curl".utf8) {
          for kind in CurlCredentials.Kind.allCases { _ = curl.secret(kind, behind: start..<(start + 4), in: bytes) }
        }
        start += 1
      }
    }
    #expect(curl.bytesRead > 0)
    #expect(curl.bytesRead <= 3 * bytes.count, "\(curl.bytesRead)")
  }

  @Test("a file of nothing but curl is looked through to its end", .timeLimit(.minutes(2)))
  func fileOfCommands() {
    let text = String(repeating: "curl ", count: 800_000) + "\ncurl -u a:pQ9wTxu4Fg x\n"
    #expect(found(text, in: "run.sh").map(\.rule) == ["curl-auth-user"])
  }
}
