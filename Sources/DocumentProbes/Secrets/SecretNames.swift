/// Secrets that are recognised by a word in the name they are assigned to, and by their own form.
extension SecretRules {
  private static let uuid = "[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}"

  private static func hex(_ count: Int) -> String { "[0-9A-Fa-f]{\(count)}" }
  private static func letters(_ count: Int) -> String { "[0-9A-Za-z]{\(count)}" }
  private static func extended(_ count: Int) -> String { "[0-9A-Za-z=_-]{\(count)}" }

  /// Id, what it is, words in the name, forms of the whole value, least entropy. Where two rows share a word and a form,
  /// the one that asks for more stands first.
  static let named: [(String, String, [String], [String], Double)] = [
    ("aws-secret-access-key", "a secret key of AWS", ["aws"], ["[A-Za-z0-9/+=]{40}"], 4),
    ("adafruit-api-key", "a key of Adafruit IO", ["adafruit"], ["[0-9A-Za-z_-]{32}"], 3),
    ("adobe-client-id", "an application's id of Adobe", ["adobe"], [hex(32)], 3),
    (
      "adyen-client-key", "a client key of Adyen", ["adyen"], ["test_[0-9A-Za-z]{30,40}", "live_[0-9A-Za-z]{30,40}"], 3
    ),
    ("airtable-api-key", "a key of Airtable", ["airtable"], [letters(17)], 3),
    ("algolia-api-key", "a key of Algolia", ["algolia"], ["[0-9a-z]{32}"], 3),
    ("alibaba-secret-key", "a secret key of Alibaba Cloud", ["alibaba", "aliyun"], [letters(30)], 3),
    ("asana-client-secret", "a secret of Asana", ["asana"], [letters(32)], 3),
    ("asana-client-id", "an application's id of Asana", ["asana"], ["[0-9]{16}"], 2),
    (
      "atlassian-api-token", "a token of Atlassian", ["atlassian", "confluence", "jira"],
      ["[0-9A-Za-z]{20}[0-9A-Fa-f]{4}"], 3.5
    ),
    ("beamer-api-token", "a token of Beamer", ["beamer"], ["b_[0-9A-Za-z=_-]{44}"], 3),
    ("bitbucket-client-secret", "a secret of Bitbucket", ["bitbucket"], [extended(64)], 3),
    ("bitbucket-client-id", "an application's id of Bitbucket", ["bitbucket"], [letters(32)], 3),
    (
      "bittrex-secret-key", "a secret key of Bittrex",
      ["bittrex_secret", "bittrex-secret", "bittrexsecret", "bittrex_api_secret"], [letters(32)], 3
    ),
    ("bittrex-access-key", "an access key of Bittrex", ["bittrex"], [letters(32)], 3),
    (
      "chargebee-access-token", "a token of Chargebee", ["chargebee"],
      ["test_[0-9A-Za-z]{32,34}", "live_[0-9A-Za-z]{32,34}"], 3
    ),
    ("cisco-meraki-api-key", "a key of Cisco Meraki", ["meraki"], ["[0-9a-f]{40}"], 3),
    ("cloudflare-global-api-key", "a global key of Cloudflare", ["cloudflare"], [hex(37)], 3),
    ("cloudflare-api-key", "a key of Cloudflare", ["cloudflare"], ["[0-9A-Za-z_-]{40}"], 3),
    ("codecov-access-token", "a token of Codecov", ["codecov"], ["[0-9a-z]{32}", uuid], 3),
    ("cohere-api-token", "a key of Cohere", ["cohere", "co_api_key"], [letters(40)], 4),
    ("coinbase-access-token", "a token of Coinbase", ["coinbase"], ["[0-9A-Za-z_-]{64}"], 3),
    ("confluent-secret-key", "a secret key of Confluent", ["confluent"], ["[0-9A-Za-z/+]{64}"], 3),
    ("confluent-access-token", "a key of Confluent", ["confluent"], [letters(16)], 3),
    ("contentful-delivery-api-token", "a token of Contentful", ["contentful"], [extended(43)], 3),
    ("datadog-access-token", "a key of Datadog", ["datadog", "dd_a"], ["[0-9a-z]{32}", "[0-9A-Za-z]{40}"], 3),
    ("discord-api-token", "a token of Discord", ["discord"], [hex(64), "[0-9A-Za-z._-]{59,72}"], 3),
    ("discord-client-secret", "a secret of Discord", ["discord"], [extended(32)], 3),
    ("discord-client-id", "an application's id of Discord", ["discord"], ["[0-9]{18}"], 2),
    ("droneci-access-token", "a token of Drone CI", ["drone"], ["[0-9a-z]{32}"], 3),
    (
      "dropbox-long-lived-api-token", "a long-lived token of Dropbox", ["dropbox"],
      ["[0-9A-Za-z]{11}AAAAAAAAAA[0-9A-Za-z=_-]{43}"], 3
    ),
    ("dropbox-short-lived-api-token", "a short-lived token of Dropbox", ["dropbox"], ["sl.[0-9A-Za-z=_-]{135}"], 3),
    ("dropbox-api-token", "a token of Dropbox", ["dropbox"], [letters(15), letters(64)], 3),
    ("etsy-access-token", "a token of Etsy", ["etsy"], ["[0-9a-z]{24}"], 3),
    ("facebook-secret", "a secret of Facebook", ["facebook"], [hex(32)], 3),
    (
      "facebook-access-token", "a token of Facebook", ["facebook", "access_token"],
      ["[0-9]{15,16}[|%][0-9A-Za-z_-]{27,40}"], 3
    ),
    ("fastly-api-token", "a token of Fastly", ["fastly"], [extended(32)], 3),
    ("finicity-api-token", "a token of Finicity", ["finicity"], [hex(32)], 3),
    ("finicity-client-secret", "a secret of Finicity", ["finicity"], [letters(20)], 3),
    ("finnhub-access-token", "a token of Finnhub", ["finnhub"], ["[0-9a-z]{20}"], 3),
    ("flickr-access-token", "a token of Flickr", ["flickr"], ["[0-9a-z]{32}"], 3),
    ("freemius-secret-key", "a secret key of Freemius", ["secret_key"], ["sk_[!-~]{29}"], 3),
    ("freshbooks-access-token", "a token of FreshBooks", ["freshbooks"], [letters(64)], 3),
    ("gitter-access-token", "a token of Gitter", ["gitter"], ["[0-9A-Za-z_-]{40}"], 3),
    ("gocardless-api-token", "a token of GoCardless", ["gocardless"], ["live_[0-9A-Za-z=_-]{40}"], 3),
    ("heroku-api-key", "a key of Heroku", ["heroku"], [uuid], 3),
    ("hubspot-api-key", "a key of HubSpot", ["hubspot"], [uuid], 3),
    ("intercom-api-key", "a key of Intercom", ["intercom"], [extended(60)], 3),
    ("jfrog-api-key", "a key of JFrog", ["jfrog", "artifactory", "bintray", "xray"], [letters(73)], 3),
    (
      "jfrog-identity-token", "an identity token of JFrog", ["jfrog", "artifactory", "bintray", "xray"], [letters(64)],
      3
    ),
    ("kraken-access-token", "a token of Kraken", ["kraken"], ["[0-9A-Za-z/=_+-]{80,90}"], 3),
    ("kucoin-access-token", "a token of KuCoin", ["kucoin"], [hex(24)], 3),
    ("kucoin-secret-key", "a key of KuCoin", ["kucoin"], [uuid], 3),
    ("launchdarkly-access-token", "a token of LaunchDarkly", ["launchdarkly"], [extended(40)], 3),
    ("linear-client-secret", "a secret of Linear", ["linear"], [hex(32)], 3),
    ("linkedin-client-secret", "a secret of LinkedIn", ["linkedin", "linked_in", "linked-in"], [letters(16)], 3),
    (
      "linkedin-client-id", "an application's id of LinkedIn", ["linkedin", "linked_in", "linked-in"], [letters(14)], 3
    ),
    ("lob-pub-api-key", "a publishable key of Lob", ["lob"], ["test_pub_[0-9a-f]{31}", "live_pub_[0-9a-f]{31}"], 3),
    ("lob-api-key", "a key of Lob", ["lob"], ["test_[0-9a-f]{35}", "live_[0-9a-f]{35}"], 3),
    ("looker-client-secret", "a secret of Looker", ["looker"], [letters(24)], 3.5),
    ("looker-client-id", "an application's id of Looker", ["looker"], [letters(20)], 3.5),
    ("mailchimp-api-key", "a key of Mailchimp", ["mailchimp"], ["[0-9A-Fa-f]{32}-us[0-9]{1,2}"], 3),
    ("mailgun-pub-key", "a public key of Mailgun", ["mailgun"], ["pubkey-[0-9a-f]{32}"], 3),
    (
      "mailgun-signing-key", "a signing key of Mailgun", ["mailgun"], ["[0-9A-Ha-h]{32}-[0-9A-Ha-h]{8}-[0-9A-Ha-h]{8}"],
      2.5
    ),
    ("mapbox-api-token", "a token of Mapbox", ["mapbox"], ["pk.[0-9A-Za-z]{60}.[0-9A-Za-z]{22}"], 3),
    ("mattermost-access-token", "a token of Mattermost", ["mattermost"], ["[0-9a-z]{26}"], 3),
    (
      "messagebird-api-token", "a token of MessageBird", ["messagebird", "message_bird", "message-bird"], [letters(25)],
      3
    ),
    (
      "messagebird-client-id", "an application's id of MessageBird", ["messagebird", "message_bird", "message-bird"],
      [uuid], 3
    ),
    ("netlify-access-token", "a token of Netlify", ["netlify"], ["[0-9A-Za-z=_-]{40,46}"], 3),
    (
      "new-relic-user-api-id", "a user's id of New Relic", ["newrelic", "new_relic", "new-relic"], [letters(64)], 3
    ),
    (
      "nytimes-access-token", "a token of the New York Times", ["nytimes", "newyorktimes", "new-york-times"],
      [extended(32)], 3
    ),
    ("okta-access-token", "a token of Okta", ["okta"], ["00[0-9A-Za-z=_-]{40}"], 3.5),
    ("pagerduty-api-key", "a key of PagerDuty", ["pagerduty"], ["[0-9A-Za-z_+-]{20}", "[0-9A-Za-z_+-]{32}"], 3),
    ("plaid-client-id", "an application's id of Plaid", ["plaid"], ["[0-9a-z]{24}"], 3.5),
    ("plaid-secret-key", "a secret key of Plaid", ["plaid"], ["[0-9a-z]{30}"], 3.5),
    (
      "privateai-api-token", "a token of Private AI", ["privateai", "private_ai", "private-ai"], ["[0-9a-z]{32}"], 3
    ),
    ("rapidapi-access-token", "a key of RapidAPI", ["rapidapi"], ["[0-9A-Za-z_-]{50}"], 3),
    ("sendbird-access-token", "a token of Sendbird", ["sendbird"], [hex(40)], 3),
    ("sendbird-access-id", "an application's id of Sendbird", ["sendbird"], [uuid], 3),
    ("sentry-access-token", "a token of Sentry", ["sentry"], [hex(64)], 3),
    (
      "sidekiq-secret", "the credentials of Sidekiq",
      ["bundle_enterprise__contribsys__com", "bundle_gems__contribsys__com"], ["[0-9A-Fa-f]{8}:[0-9A-Fa-f]{8}"], 2
    ),
    ("snyk-api-token", "a token of Snyk", ["snyk"], [uuid], 3),
    ("sonar-api-token", "a token of SonarQube", ["sonar"], ["[0-9A-Za-z=_-]{40,44}"], 3),
    ("sourcegraph-access-token", "a token of Sourcegraph", ["sourcegraph"], [hex(40)], 3),
    ("squarespace-access-token", "a token of Squarespace", ["squarespace"], [uuid], 3),
    ("sumologic-access-id", "an access id of Sumo Logic", ["sumo"], ["su[0-9A-Za-z]{12}"], 3),
    ("sumologic-access-token", "a token of Sumo Logic", ["sumo"], [letters(64)], 3),
    ("telegram-bot-api-token", "a bot token of Telegram", ["telegr"], ["[0-9]{5,16}:A[0-9A-Za-z_-]{34}"], 3),
    ("travisci-access-token", "a token of Travis CI", ["travis"], [letters(22)], 3),
    ("trello-access-token", "a token of Trello", ["trello"], [letters(32), letters(64)], 3),
    ("twilio-auth-token", "an auth token of Twilio", ["twilio"], ["[0-9a-f]{32}"], 3),
    ("twitch-api-token", "a token of Twitch", ["twitch"], ["[0-9a-z]{30}"], 3),
    (
      "twitter-bearer-token", "a bearer token of Twitter", ["twitter"], ["AAAAAAAAAAAAAAAAAAAAAA[0-9A-Za-z%]{80,100}"],
      3
    ),
    ("twitter-access-token", "a token of Twitter", ["twitter"], ["[0-9]{15,25}-[0-9A-Za-z]{20,40}"], 3),
    ("twitter-api-key", "a key of Twitter", ["twitter"], [letters(25)], 3),
    ("twitter-access-secret", "an access secret of Twitter", ["twitter"], [letters(45)], 3),
    ("twitter-api-secret", "a secret of Twitter", ["twitter"], [letters(50)], 3),
    ("vault-service-token", "a token of Vault", ["vault"], ["s.[0-9A-Za-z]{24}"], 3.5),
    (
      "yandex-access-token", "a token of Yandex Cloud", ["yandex"], ["t1.[0-9A-Za-z=_-]{1,400}.[0-9A-Za-z_=-]{86,88}"],
      3
    ),
    ("yandex-aws-access-token", "a storage key of Yandex Cloud", ["yandex"], ["YC[0-9A-Za-z_-]{38}"], 3),
    ("zendesk-secret-key", "a key of Zendesk", ["zendesk"], [letters(40)], 3),
  ]
}
