import Facts
import HTTPExchange

/// A path at which something usually is that strangers should not see, and how to tell that it is that.
struct ExposedPath: Sendable {
  /// What would lie open.
  enum Kind: String, Sendable, CaseIterable {
    /// Files that were never meant to be served: configuration, keys, source code.
    case secrets
    /// Tools for those who run the service.
    case console
    /// Numbers about its inside.
    case metrics
  }

  var path: String
  var kind: Kind
  /// Whether an answer with 2xx is the thing itself, and not merely some page.
  var isShown: @Sendable (_ response: HTTPResponse, _ text: String) -> Bool

  /// The usual paths, most telling first.
  static let all: [ExposedPath] = [
    ExposedPath(path: "/.env", kind: .secrets) { !isPage($0, $1) && holdsVariables($1) },
    ExposedPath(path: "/.git/HEAD", kind: .secrets) { _, text in
      text.hasPrefix("ref: refs/") || (text.trimmed.utf8.count == 40 && text.trimmed.allSatisfy(\.isHexDigit))
    },
    ExposedPath(path: "/.git/config", kind: .secrets) { _, text in text.contains("[core]") },
    ExposedPath(path: "/.aws/credentials", kind: .secrets) { _, text in text.contains("aws_access_key_id") },
    ExposedPath(path: "/.htpasswd", kind: .secrets) { !isPage($0, $1) && $1.contains(":$") },
    ExposedPath(path: "/.DS_Store", kind: .secrets) { response, _ in
      response.body.starts(with: [0, 0, 0, 1, 0x42, 0x75, 0x64, 0x31])
    },
    ExposedPath(path: "/docker-compose.yml", kind: .secrets) { !isPage($0, $1) && $1.contains("services:") },
    ExposedPath(path: "/wp-config.php.bak", kind: .secrets) { _, text in text.contains("DB_PASSWORD") },
    ExposedPath(path: "/backup.sql", kind: .secrets) { response, text in
      !isPage(response, text)
        && ["CREATE TABLE", "INSERT INTO", "PostgreSQL database dump"].contains { text.contains($0) }
    },
    ExposedPath(path: "/actuator/env", kind: .secrets) { response, _ in
      json(response)?["propertySources"] != nil
    },
    ExposedPath(path: "/actuator/heapdump", kind: .secrets) { response, _ in
      response.body.starts(with: "JAVA PROFILE".utf8)
    },
    ExposedPath(path: "/actuator", kind: .console) { response, _ in
      // Health alone is what the list should shrink to.
      (json(response)?["_links"]?.object?.members.map(\.name) ?? []).contains { name in
        name != "self" && !name.hasPrefix("health") && name != "info"
      }
    },
    ExposedPath(path: "/debug/pprof/", kind: .console) { _, text in text.contains("goroutine") },
    ExposedPath(path: "/debug/vars", kind: .console) { response, _ in json(response)?["memstats"] != nil },
    ExposedPath(path: "/server-status", kind: .console) { _, text in text.contains("Apache Server Status") },
    ExposedPath(path: "/nginx_status", kind: .console) { _, text in text.contains("Active connections:") },
    ExposedPath(path: "/h2-console/", kind: .console) { _, text in text.contains("H2 Console") },
    ExposedPath(path: "/phpinfo.php", kind: .console) { _, text in text.contains("phpinfo()") },
    ExposedPath(path: "/phpmyadmin/", kind: .console) { _, text in text.lowercased().contains("phpmyadmin") },
    ExposedPath(path: "/adminer.php", kind: .console) { _, text in text.contains("Adminer") },
    ExposedPath(path: "/_cat/indices", kind: .console) { response, text in
      !isPage(response, text) && (text.hasPrefix("green ") || text.hasPrefix("yellow ") || text.hasPrefix("red "))
    },
    // Anything of its own there is open: what asks for a password, and what every path shows, is told apart before.
    ExposedPath(path: "/admin", kind: .console) { response, _ in !response.body.isEmpty },
    ExposedPath(path: "/administrator", kind: .console) { response, _ in !response.body.isEmpty },
    ExposedPath(path: "/metrics", kind: .metrics) { _, text in isExposition(text) },
    ExposedPath(path: "/actuator/prometheus", kind: .metrics) { _, text in isExposition(text) },
  ]

  private static func isPage(_ response: HTTPResponse, _ text: String) -> Bool {
    let start = text.prefix(500).lowercased()
    return response.mediaType == "text/html" || start.contains("<html") || start.contains("<!doctype")
  }

  /// Lines of the form `NAME=value` and nothing else but remarks.
  private static func holdsVariables(_ text: String) -> Bool {
    let lines = text.split(whereSeparator: \.isNewline).map(\.trimmed).filter { !$0.isEmpty && !$0.hasPrefix("#") }
    return !lines.isEmpty
      && lines.prefix(50).allSatisfy { line in
        let line = line.hasPrefix("export ") ? String(line.dropFirst(7)) : line
        let name = line.prefix { $0 != "=" }
        return line.contains("=") && !name.isEmpty
          && name.utf8.allSatisfy { byte in
            byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".") || Character(Unicode.Scalar(byte)).isLetter
              || Character(Unicode.Scalar(byte)).isNumber
          }
      }
  }

  /// The text format of Prometheus or OpenMetrics.
  private static func isExposition(_ text: String) -> Bool {
    text.hasPrefix("# HELP ") || text.hasPrefix("# TYPE ") || text.contains("\n# TYPE ")
  }

  private static func json(_ response: HTTPResponse) -> JSONValue? { try? JSONText.parse(response.body) }
}
