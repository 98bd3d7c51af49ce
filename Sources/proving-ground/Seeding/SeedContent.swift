import AuditModel

/// Made-up companies, speakers and events, each told by a seed and its number.
struct SeedContent: Sendable {
  let seed: UInt64
  let companies: Int
  let speakers: Int
  let events: Int

  /// The first day of the platform's calendar: times come from here and not from the clock, so that they are the same tomorrow.
  static let firstDay = Instant(seconds: 1_798_761_600)

  struct Company: Sendable, Equatable {
    var number: Int
    var name, website: String
  }

  struct Speaker: Sendable, Equatable {
    var number: Int
    var externalID, name, headline: String
    /// The number of the company; nil for a person of none.
    var company: Int?
  }

  struct Event: Sendable, Equatable {
    var number: Int
    var externalID, title, description, venue: String
    var startsAt: Instant
    /// The numbers of its speakers, each once.
    var speakers: [Int]

    var embedding: [Double] { Embedding.of("\(title) \(description)") }
  }

  func company(_ number: Int) -> Company {
    var random = SeededGenerator(seed: seed, kind: "company", number: number)
    let word = random.pick(Words.nature) + random.pick(Words.trades)
    return Company(
      number: number, name: "\(word) \(number)", website: "https://\(word.lowercased())-\(number).example/")
  }

  func speaker(_ number: Int) -> Speaker {
    var random = SeededGenerator(seed: seed, kind: "speaker", number: number)
    let name = "\(random.pick(Words.givenNames)) \(random.pick(Words.familyNames))"
    let headline = "\(random.pick(Words.roles)) who works on \(random.pick(Words.subjects))"
    // One in eight speaks for nobody.
    let company = companies > 0 && random.number(below: 8) > 0 ? random.number(below: companies) : nil
    return Speaker(
      number: number, externalID: "seed-speaker-\(number)", name: name, headline: headline, company: company)
  }

  func event(_ number: Int) -> Event {
    var random = SeededGenerator(seed: seed, kind: "event", number: number)
    let subject = random.pick(Words.subjects)
    let title = "\(random.pick(Words.kinds)): \(subject) \(random.pick(Words.twists))"
    let description =
      "\(random.pick(Words.openings)) \(subject) and \(random.pick(Words.subjects)), with \(random.pick(Words.extras))."
    let venue =
      "\(random.pick(Words.places)) \(1 + random.number(below: 25)), \(random.pick(Words.towns))"
    let startsAt = Instant(
      seconds: Self.firstDay.seconds + 86_400 * random.number(below: 365) + 1800 * (16 + random.number(below: 24)))
    var chosen: [Int] = []
    if speakers > 0 {
      for _ in 0..<(1 + random.number(below: 4)) {
        let speaker = random.number(below: speakers)
        if !chosen.contains(speaker) { chosen.append(speaker) }
      }
    }
    return Event(
      number: number, externalID: "seed-event-\(number)", title: title, description: description, venue: venue,
      startsAt: startsAt, speakers: chosen)
  }

  /// What names and sentences are made of.
  private enum Words {
    static let nature = [
      "Amber", "Birch", "Cedar", "Delta", "Ember", "Fjord", "Gale", "Harbour", "Iris", "Juniper", "Kestrel", "Lark",
      "Maple", "North", "Osprey", "Pine", "Quartz", "River", "Stone", "Tide", "Umber", "Vale", "Willow", "Zephyr",
    ]
    static let trades = [
      "works", "labs", "craft", "systems", "studio", "press", "motors", "foods", "media", "energy", "care", "logic",
    ]
    static let givenNames = [
      "Ada", "Amir", "Astrid", "Ben", "Carla", "Chen", "Dana", "Emil", "Fatima", "Georg", "Hana", "Ines", "Jonas",
      "Karin", "Leila", "Marek", "Nadia", "Olu", "Petra", "Quentin", "Rosa", "Samir", "Tove", "Uma", "Viktor", "Wanda",
      "Yusuf", "Zoë",
    ]
    static let familyNames = [
      "Abel", "Bergström", "Castillo", "Dubois", "Eriksen", "Fischer", "García", "Haddad", "Ito", "Jensen", "Kowalski",
      "Lindqvist", "Moreau", "Novák", "O'Neill", "Petrov", "Quispe", "Rossi", "Schäfer", "Tanaka", "Underwood", "Varga",
      "Weber", "Xu", "Yılmaz", "Zimmermann",
    ]
    static let roles = [
      "Engineer", "Designer", "Researcher", "Founder", "Editor", "Producer", "Musician", "Teacher", "Physician", "Chef",
    ]
    static let subjects = [
      "distributed databases", "live jazz", "urban gardens", "compilers", "slow cooking", "open data", "sea rescue",
      "street photography", "battery storage", "graph search", "choral music", "type design", "public transport",
      "machine translation", "beekeeping", "incident response", "robotics", "theatre lighting", "soil health", "poetry",
    ]
    static let kinds = ["Talk", "Workshop", "Concert", "Meetup", "Panel", "Lecture", "Open evening", "Class"]
    static let twists = [
      "for beginners", "in practice", "by the harbour", "after midnight", "from scratch", "without magic",
      "across borders", "in ten steps", "and its enemies", "under pressure",
    ]
    static let openings = ["An evening about", "A close look at", "Stories of", "First steps in", "A debate on"]
    static let extras = [
      "time for questions", "a drink at the bar", "hands-on exercises", "a walk outside", "an open stage",
      "coffee and cake",
    ]
    static let places = ["Hall", "Pier", "Studio", "Loft", "Library", "Garden", "Stage", "Yard"]
    static let towns = ["Aarhus", "Bremen", "Gdansk", "Lisbon", "Lyon", "Porto", "Riga", "Turin", "Utrecht", "Zagreb"]
  }
}
