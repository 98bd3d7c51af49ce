/// A small notion of public suffixes: names under which strangers register, so that a wildcard over one spans them all.
///
/// It is no copy of the Public Suffix List, which changes by the week. Every top-level domain counts, and so do the
/// second levels that registries of countries sell under, and the best known platforms that give a name to each customer.
/// What is not listed is taken to be one owner's.
package enum PublicSuffix {
  /// Whether `name`, lower case without trailing dot, is one.
  package static func contains(_ name: String) -> Bool {
    let labels = name.split(separator: ".", omittingEmptySubsequences: false)
    if labels.count <= 1 { return true }
    if platforms.contains(name) { return true }
    return labels.count == 2 && labels[1].utf8.count == 2 && registries[String(labels[1])]?.contains(labels[0]) == true
  }

  /// Second levels by country: those that the registry itself sells names under.
  private static let registries: [String: Set<Substring>] = [
    "uk": ["ac", "co", "gov", "ltd", "me", "net", "nhs", "org", "plc", "police", "sch"],
    "au": ["asn", "com", "edu", "gov", "id", "net", "org"],
    "nz": ["ac", "co", "geek", "gen", "govt", "iwi", "kiwi", "maori", "mil", "net", "org", "school"],
    "jp": ["ac", "ad", "co", "ed", "go", "gr", "lg", "ne", "or"],
    "kr": ["ac", "co", "go", "ne", "or", "pe", "re"],
    "cn": ["ac", "com", "edu", "gov", "mil", "net", "org"],
    "tw": ["club", "com", "edu", "game", "gov", "idv", "net", "org"],
    "hk": ["com", "edu", "gov", "idv", "net", "org"],
    "sg": ["com", "edu", "gov", "net", "org", "per"],
    "my": ["com", "edu", "gov", "mil", "name", "net", "org"],
    "in": ["ac", "co", "edu", "firm", "gen", "gov", "ind", "net", "nic", "org", "res"],
    "id": ["ac", "biz", "co", "desa", "go", "mil", "my", "net", "or", "sch", "web"],
    "th": ["ac", "co", "go", "in", "mi", "net", "or"],
    "ph": ["com", "edu", "gov", "net", "org"],
    "vn": ["ac", "biz", "com", "edu", "gov", "net", "org"],
    "pk": ["com", "edu", "gov", "net", "org"],
    "bd": ["com", "edu", "gov", "net", "org"],
    "lk": ["com", "edu", "gov", "net", "org"],
    "br": ["app", "art", "blog", "com", "dev", "eco", "edu", "gov", "ind", "jus", "leg", "mil", "net", "org"],
    "ar": ["com", "edu", "gob", "gov", "int", "mil", "net", "org", "tur"],
    "mx": ["com", "edu", "gob", "net", "org"],
    "co": ["com", "edu", "gov", "mil", "net", "nom", "org"],
    "pe": ["com", "edu", "gob", "mil", "net", "nom", "org"],
    "ve": ["co", "com", "edu", "gob", "net", "org", "web"],
    "uy": ["com", "edu", "gub", "mil", "net", "org"],
    "ec": ["com", "edu", "fin", "gob", "info", "med", "net", "org"],
    "za": ["ac", "co", "edu", "gov", "law", "mil", "net", "nom", "org", "school", "web"],
    "ke": ["ac", "co", "go", "info", "me", "mobi", "ne", "or", "sc"],
    "ng": ["com", "edu", "gov", "i", "mil", "name", "net", "org", "sch"],
    "gh": ["com", "edu", "gov", "mil", "org"],
    "eg": ["com", "edu", "eun", "gov", "mil", "net", "org", "sci"],
    "ma": ["ac", "co", "gov", "net", "org", "press"],
    "tr": ["av", "bbs", "bel", "biz", "com", "dr", "edu", "gen", "gov", "info", "k12", "mil", "net", "org", "web"],
    "il": ["ac", "co", "gov", "idf", "k12", "muni", "net", "org"],
    "sa": ["com", "edu", "gov", "med", "net", "org", "pub", "sch"],
    "ae": ["ac", "co", "gov", "mil", "net", "org", "sch"],
    "ir": ["ac", "co", "gov", "id", "net", "org", "sch"],
    "ua": ["com", "edu", "gov", "in", "kiev", "kyiv", "lviv", "net", "org"],
    "ru": ["ac", "com", "edu", "gov", "int", "mil", "msk", "net", "org", "pp", "spb"],
    "pl": ["biz", "com", "edu", "gov", "info", "net", "org", "waw"],
    "hu": ["co", "info", "org"],
    "ro": ["com", "info", "org"],
    "gr": ["com", "edu", "gov", "net", "org"],
    "cy": ["ac", "biz", "com", "gov", "net", "org"],
    "rs": ["ac", "co", "edu", "gov", "in", "org"],
    "at": ["ac", "co", "gv", "or"],
    "fr": ["asso", "com", "gouv", "nom", "prd", "tm"],
    "es": ["com", "edu", "gob", "nom", "org"],
    "pt": ["com", "edu", "gov", "int", "net", "nome", "org", "publ"],
    "it": ["edu", "gov"],
    "se": ["org", "pp", "tm"],
    "no": ["co", "gs", "priv", "stat"],
  ]

  /// Platforms that give every customer a name under these.
  private static let platforms: Set<String> = [
    "appspot.com", "azurecontainer.io", "azureedge.net", "azurefd.net", "azurewebsites.net", "blogspot.com",
    "cloudapp.azure.com", "cloudapp.net", "cloudfront.net", "cloudfunctions.net", "deno.dev", "duckdns.org",
    "dyndns.org", "elasticbeanstalk.com", "execute-api.us-east-1.amazonaws.com", "firebaseapp.com", "fly.dev",
    "github.io", "githubusercontent.com", "gitlab.io", "glitch.me", "herokuapp.com", "herokussl.com",
    "lambda-url.on.aws",
    "myshopify.com", "netlify.app", "ngrok.app", "ngrok.io", "no-ip.org", "onrender.com", "pages.dev", "r2.dev",
    "readthedocs.io", "repl.co", "run.app", "s3.amazonaws.com", "surge.sh", "trycloudflare.com", "uk.com", "us.com",
    "eu.com", "de.com", "vercel.app", "web.app", "wordpress.com", "workers.dev",
  ]
}
