/// Software that stands between a client and a server, makes certificates as it goes, and says so in their issuer's name:
/// filters of companies and of anti-virus programs, proxies for developers, and what was sold with computers unasked
/// (Superfish, eDellRoot), whose private keys everybody has.
enum Interceptor {
  /// The word for none that is known.
  static let none = "none"

  /// What stands in an issuer's name, in lower case, and who that is.
  private static let marks: [(mark: String, name: String)] = [
    ("superfish", "Superfish"), ("edellroot", "eDellRoot"), ("dsdtestprovider", "DSDTestProvider"),
    ("komodia", "Komodia"), ("privdog", "PrivDog"), ("do_not_trust_fiddlerroot", "Fiddler"),
    ("do not trust_fiddlerroot", "Fiddler"), ("mitmproxy", "mitmproxy"), ("charles proxy ca", "Charles"),
    ("portswigger ca", "Burp"), ("owasp zed attack proxy root", "ZAP"), ("zscaler", "Zscaler"),
    ("cisco umbrella", "Cisco Umbrella"), ("fortinet certificate authority", "FortiGate"),
    ("fortigate ca", "FortiGate"),
    ("goskope", "Netskope"), ("netskope", "Netskope"), ("kaspersky anti-virus personal root", "Kaspersky"),
    ("avast web/mail shield", "Avast"), ("avg web/mail shield", "AVG"), ("eset ssl filter", "ESET"),
    ("bitdefender personal ca", "Bitdefender"), ("sophos ssl ca", "Sophos"), ("sophos_ca", "Sophos"),
    ("blue coat", "Blue Coat"), ("dr.web", "Dr.Web"), ("qustodio", "Qustodio"), ("contentwatch", "Net Nanny"),
    ("mitm software", "a proxy that calls itself MITM software"),
  ]

  /// Who is named in the first of the issuers that names anybody; nil for nobody known.
  static func named(in issuers: [String]) -> String? {
    for issuer in issuers.map({ $0.lowercased() }) {
      if let found = marks.first(where: { issuer.contains($0.mark) }) { return found.name }
    }
    return nil
  }
}
