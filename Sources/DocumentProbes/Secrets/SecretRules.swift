/// What secrets look like. Ids are those under which other scanners know the same form, so that their lists of accepted
/// findings hold here too.
struct SecretRule: Sendable {
  /// Permanent.
  var id: String
  /// What it is, for people.
  var summary: String
  /// How it is recognised.
  var form: Form
  /// The least entropy of the secret, in bits per character.
  var entropy: Double

  enum Form: Sendable {
    /// By itself.
    case token(SecretPattern)
    /// By a word in the name it is assigned to, and the form of the whole value. Whether the value is an identifier, so
    /// that a name that says so is no objection.
    case named(keyword: String, SecretPattern, isIdentifier: Bool)
    /// A PEM or OpenPGP private key.
    case privateKey
    /// A password in a URL, between `:` and `@`.
    case urlPassword
    /// Anything random enough that is assigned to a name that speaks of secrets.
    case assigned(keyword: String, isPassword: Bool)
    /// The first value of a Secret in a manifest of Kubernetes, which base64 hides from nobody.
    case manifestSecret
    /// A password among the settings of NuGet.
    case packageSourcePassword
    /// What follows `Authorization: Bearer` or `Basic`.
    case authorization(keyword: String)
    /// Credentials among the arguments of `curl`: those of a user, or a header that carries a key.
    case curl(CurlCredentials.Kind)
  }

  /// Whether its secrets are told from anything else by themselves, so that they count wherever they stand.
  var isSelfEvident: Bool {
    switch form {
    case .token, .privateKey, .urlPassword: true
    case .named, .assigned, .manifestSecret, .packageSourcePassword, .authorization, .curl: false
    }
  }
}

/// The rules, compiled once.
enum SecretRules {
  /// Words in names that speak of secrets; those of passwords, whose values need not look random.
  private static let secretWords = [
    "secret", "token", "api_key", "apikey", "api-key", "access_key", "accesskey", "access-key", "private_key",
    "privatekey", "auth_key", "authkey", "encryption_key", "signing_key", "signingkey", "master_key", "credential",
    "license_key", "private-key", "signing-key", "encryption-key", "auth-key", "secretkey", "creds", "_auth",
    "app_key", "appkey", "consumer_key", "account_key", "storage_key", "session_key", "shared_key", "service_key",
    "hmac_key",
  ]
  private static let passwordWords = ["password", "passwd", "passphrase", "_pwd", "_pass", "dbpass", "pgpass"]

  /// All of them. The more precise stand first: where two find the same bytes, the first keeps them.
  static let all: [SecretRule] = {
    var rules: [SecretRule] = []
    rules.append(SecretRule(id: "private-key", summary: "a private key", form: .privateKey, entropy: 0))
    for (id, summary, forms, entropy) in tokens {
      for form in forms {
        guard let pattern = SecretPattern(form) else { continue }
        rules.append(SecretRule(id: id, summary: summary, form: .token(pattern), entropy: entropy))
      }
    }
    rules.append(SecretRule(id: "url-password", summary: "a password in a URL", form: .urlPassword, entropy: 0))
    rules.append(
      SecretRule(
        id: "kubernetes-secret-yaml", summary: "a value of a Secret of Kubernetes", form: .manifestSecret, entropy: 0))
    rules.append(
      SecretRule(
        id: "nuget-config-password", summary: "a password for a source of packages", form: .packageSourcePassword,
        entropy: 1))
    for keyword in ["authorization", "bearer"] {
      rules.append(
        SecretRule(
          id: "authorization-header", summary: "the credentials of an Authorization header",
          form: .authorization(keyword: keyword), entropy: 3))
    }
    for kind in CurlCredentials.Kind.allCases {
      rules.append(SecretRule(id: kind.id, summary: kind.summary, form: .curl(kind), entropy: kind.entropy))
    }
    for (id, summary, keywords, forms, entropy) in named {
      for form in forms {
        guard let pattern = SecretPattern(form, needsKeyword: false) else { continue }
        for keyword in keywords {
          rules.append(
            SecretRule(
              id: id, summary: summary,
              form: .named(keyword: keyword, pattern, isIdentifier: id.hasSuffix("-id")), entropy: entropy))
        }
      }
    }
    for word in secretWords {
      rules.append(
        SecretRule(
          id: "generic-api-key", summary: "a random value assigned to a name that speaks of secrets",
          form: .assigned(keyword: word, isPassword: false), entropy: 3.5))
    }
    for word in passwordWords {
      rules.append(
        SecretRule(
          id: "password-assignment", summary: "a password written where it is used",
          form: .assigned(keyword: word, isPassword: true), entropy: 2.2))
    }
    return rules
  }()

  /// The forms of the table of tokens, for a test that none is malformed.
  static var tokenForms: [String] { tokens.flatMap(\.2) }
}
