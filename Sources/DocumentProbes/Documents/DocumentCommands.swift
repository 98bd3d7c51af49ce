/// The services that the commands of a document name.
enum DocumentCommands {
  /// One service that a command acts on.
  struct Mention: Sendable, Hashable {
    /// As the command names it.
    var service: String
    /// The program and what it is told to do: `docker compose restart`.
    var command: String
    /// From 1.
    var line: Int
  }

  private static let shells: Set<String> = [
    "", "sh", "bash", "shell", "console", "zsh", "shell-session", "terminal", "ksh",
  ]

  /// Options of `docker compose` itself that take the next word.
  private static let globalValued: Set<String> = [
    "-f", "--file", "-p", "--project-name", "--profile", "--env-file", "--project-directory", "--ansi", "--progress",
    "--parallel", "-c", "--context", "-H", "--host",
  ]
  /// Options of its commands that take the next word.
  private static let valued: [String: Set<String>] = [
    "exec": ["-u", "--user", "-e", "--env", "-w", "--workdir", "--index"],
    "run": [
      "-u", "--user", "-e", "--env", "-w", "--workdir", "-v", "--volume", "-p", "--publish", "--name", "--entrypoint",
      "-l", "--label", "--pull", "--cap-add", "--cap-drop", "--env-from-file",
    ],
    "logs": ["-n", "--tail", "--since", "--until", "--index"],
    "up": [
      "-t", "--timeout", "--scale", "--exit-code-from", "--attach", "--no-attach", "--wait-timeout", "--pull",
    ],
    "restart": ["-t", "--timeout"], "stop": ["-t", "--timeout"], "kill": ["-s", "--signal"], "scale": [],
    "rm": [], "start": ["--wait-timeout"], "pull": ["--policy"], "push": [],
    "build": ["--build-arg", "-m", "--memory", "--builder", "--ssh"], "pause": [], "unpause": [], "top": [],
    "port": ["--index", "--protocol"], "create": ["--scale", "--pull"], "ps": ["--format", "--filter", "--status"],
    "watch": [], "images": ["--format"], "attach": ["--index", "--detach-keys"], "events": [],
    "down": ["-t", "--timeout", "--rmi"],
    "wait": [],
  ]
  /// The commands whose words behind the service belong to what they run.
  private static let single: Set<String> = ["exec", "run", "port", "attach"]

  /// What the code blocks of a document name, in document order.
  static func mentions(in document: MarkdownDocument) -> [Mention] {
    var mentions: [Mention] = []
    var continued: (text: String, line: Int)?
    for line in document.code where shells.contains(line.language) {
      var text = line.text.trimmedOfSpace
      let first = continued?.line ?? line.line
      if let before = continued { text = before.text + " " + text }
      continued = nil
      if text.hasSuffix("\\") {
        continued = (String(text.dropLast()), first)
        continue
      }
      for command in commands(in: text) { mentions += services(of: command, line: first) }
    }
    return mentions
  }

  /// The commands of one line as words: cut at `;`, `&`, `|` and line ends, comments and prompts left out.
  private static func commands(in line: String) -> [[String]] {
    var commands: [[String]] = [[]]
    var word: String?
    var quote: Character?
    func isPrompt(_ word: String) -> Bool { word == "$" || word == "#" || word == ">" || word == "%" }
    func end() {
      if let finished = word {
        if !(commands[commands.count - 1].isEmpty && isPrompt(finished)) {
          commands[commands.count - 1].append(finished)
        }
      }
      word = nil
    }
    for character in line {
      if let open = quote {
        if character == open { quote = nil } else { word = (word ?? "") + String(character) }
        continue
      }
      switch character {
      case "\"", "'":
        quote = character
        word = word ?? ""
      case " ", "\t": end()
      case ";", "&", "|", "(", ")":
        end()
        commands.append([])
      case "#" where word == nil && !commands[commands.count - 1].isEmpty:
        return commands
      default: word = (word ?? "") + String(character)
      }
    }
    end()
    return commands
  }

  private static func services(of words: [String], line: Int) -> [Mention] {
    var rest = words[...]
    // `sudo -u deploy VAR=x docker …`
    while let first = rest.first, first == "sudo" || first == "time" || first == "-E" || isAssignment(first) {
      rest = rest.dropFirst()
    }
    if rest.first == "docker", rest.dropFirst().first == "compose" {
      rest = rest.dropFirst(2)
    } else if rest.first == "docker-compose" {
      rest = rest.dropFirst()
    } else {
      return []
    }
    while let option = rest.first, option.hasPrefix("-") {
      rest = rest.dropFirst(globalValued.contains(option) ? 2 : 1)
    }
    guard let verb = rest.first, let options = valued[verb] else { return [] }
    rest = rest.dropFirst()
    var named: [String] = []
    while let word = rest.first {
      rest = rest.dropFirst()
      if word == "--" { continue }
      // A redirection ends what the command takes.
      if word.hasPrefix(">") || word.hasPrefix("<") && !word.contains(">") || word.hasPrefix("2>") { break }
      if word.hasPrefix("-") {
        if verb == "up" || verb == "create", word == "--scale", let pair = rest.first {
          named.append(String(pair.prefix { $0 != "=" }))
        }
        if options.contains(word) { rest = rest.dropFirst() }
        continue
      }
      named.append(verb == "scale" ? String(word.prefix { $0 != "=" }) : word)
      if single.contains(verb) { break }
    }
    return named.filter(isName).map { Mention(service: $0, command: "docker compose \(verb)", line: line) }
  }

  private static func isAssignment(_ word: String) -> Bool {
    guard let sign = word.firstIndex(of: "="), sign != word.startIndex else { return false }
    return word[..<sign].allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) || $0 == "_" }
  }

  /// Words to be filled in are no names.
  private static func isName(_ word: String) -> Bool {
    guard let first = word.unicodeScalars.first, first.properties.isAlphabetic || first.properties.numericType != nil
    else { return false }
    return word.unicodeScalars.allSatisfy {
      $0.isASCII
        && ($0.properties.isAlphabetic || $0.properties.numericType != nil || "._-".unicodeScalars.contains($0))
    } && word != word.uppercased()
  }
}
