/// Software that stands between a client and a server and makes certificates as it goes: filters of companies and of
/// anti-virus programs, proxies for developers, what was sold with computers unasked (Superfish, eDellRoot), and what a
/// state made everybody install. Known by what it calls itself as an issuer, or by a key that it always has.
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
    ("mitm software", "a proxy that calls itself MITM software"), ("qaznet trust network", "the Qaznet Trust Network"),
    ("sennheiser headsetup", "Sennheiser HeadSetup"), ("127.0.0.1 sennheisercc", "Sennheiser HeadSetup"),
  ]

  /// SHA-256 over a SubjectPublicKeyInfo, and whose key it is. Of most of these everybody has the private half: it was
  /// in what was sold or is in a public repository, so that whoever trusts it trusts everybody.
  private static let keys: [String: String] = [
    "4bb8f35ba1e126f8dde1b0c420625ed86dce61a7bddadbdea9aba578ff13145e": "Superfish",
    "130ad4e0633521290531b6651f5759b0bc7bc656709ff8f365c2143b0389b6f6": "DSDTestProvider",
    "cdee9f3305572a677e1a6c82dc1e02a35b11cae6a684338c9f37fe1ac8daec23": "eDellRoot",
    "2bd1e667ec9ebbe02b9a7da264210c99b3eac1cc9141a0e30e3f623eaccec4e1": "webpack-dev-server",
    "680971cb44b0fd56592102a256e85c58e87109ad8044c2b90d8f3c6e9eeab897": "preact-cli",
    "9d40513f43991af39fe413aff7608fc56463827137166547de0a1828d524ae98": "a proxy that calls itself MITM software",
    "7e364f1dec041d3acc0d7dc8d5e70421ea32dd61711f21a994e2efdbc9086ed2": "a captive portal",
    "1af56c98ff043ef92bebff54cebb4dd67a25ba956c817f3e6dd3c1e52eb584c1": "Cyberoam",
    "32ecc96f912f96d889e73088cd031c7ded2c651c805016157a23b6f32f798a3b": "Trustwave's interception",
    "707d364e72ae521431dd953897f9c4846d5b8c324298fe53fbd4ada1f2d1157f": "Mitel",
    "6adb8e3e055460922d1501cb97f94c6a02e39c8f2774ca408825b7b58379dc14": "Mitel",
    "490b6ec6beb2d6034720b5149b6b29cd35515988cc16af854148b07b9b1f8a11": "Mitel",
    "ef551284715232de92e246c323329362b132493bb16b589e4775520beb871a56": "Mitel",
    "0c43ea8bcde9fc3bca165664ac8215567e3489d5393a0c81e1a79141992e1953": "Sennheiser HeadSetup",
    "8f591f7aa4dc3efe9490c38a4692c9011ed128f1de595569406d77b6fa1f6b4c": "Sennheiser HeadSetup",
    "b5ba8dd7f89564c2889d3d6453c84998c77824919b64ea0835aa62986591be50": "the Qaznet Trust Network",
    "8e12d0cb3b7df3ea2257579489fd8658c95603ea6cf4b73163a41eb7b7e93fee": "the Qaznet Trust Network",
    "b13fa2e6131a888a01f3d62056fb0efbe999eb6b6e14927613e02ba8b8fb046e": "the Qaznet Trust Network",
    "a4e9af01416e3a029b5d35e5b119de00cfe156c5cf95fc823cf6d05e3c1a8237": "a root for trying interception",
    "b0fcce78c1664e293544c143e3d2689f723f5b6e6317107e163d22ba8069794a": "a root for trying interception",
  ]

  /// Who is named in the first of the issuers that names anybody; nil for nobody known.
  static func named(in issuers: [String]) -> String? {
    for issuer in issuers.map({ $0.lowercased() }) {
      if let found = marks.first(where: { issuer.contains($0.mark) }) { return found.name }
    }
    return nil
  }

  /// Whose key is the first that is anybody's, hexadecimal SHA-256 each; nil for nobody known.
  static func holding(_ fingerprints: [String]) -> String? { fingerprints.lazy.compactMap { keys[$0] }.first }
}
