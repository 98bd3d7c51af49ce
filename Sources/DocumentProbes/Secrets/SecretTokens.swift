/// Secrets that are recognised by themselves.
extension SecretRules {
  /// Id, what it is, forms, least entropy. The forms are those that the issuers document or use.
  static let tokens: [(String, String, [String], Double)] = [
    (
      "aws-access-token", "an access key of AWS",
      ["AKIA[A-Z0-9]{16}", "ASIA[A-Z0-9]{16}", "ABIA[A-Z0-9]{16}", "ACCA[A-Z0-9]{16}", "A3T[A-Z0-9][A-Z2-7]{16}"], 3
    ),
    ("aws-bedrock-api-key", "a key of Amazon Bedrock", ["ABSK[A-Za-z0-9+/]{109,269}"], 3),
    (
      "aws-bedrock-short-lived-api-key", "a short-lived key of Amazon Bedrock",
      ["bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t[A-Za-z0-9+/=]{0,4000}"], 3
    ),
    ("github-pat", "a personal access token of GitHub", ["ghp_[0-9A-Za-z]{36}"], 3),
    ("github-oauth", "an OAuth token of GitHub", ["gho_[0-9A-Za-z]{36}"], 3),
    ("github-app-token", "an app token of GitHub", ["ghu_[0-9A-Za-z]{36}", "ghs_[0-9A-Za-z]{36}"], 3),
    ("github-refresh-token", "a refresh token of GitHub", ["ghr_[0-9A-Za-z]{36}"], 3),
    ("github-fine-grained-pat", "a fine-grained token of GitHub", ["github_pat_[\\w]{82}"], 3),
    ("gitlab-pat-routable", "a personal access token of GitLab", ["glpat-[\\w-]{27,300}.[0-9a-z]{9}"], 3.5),
    ("gitlab-pat", "a personal access token of GitLab", ["glpat-[\\w-]{20,60}"], 3),
    ("gitlab-deploy-token", "a deploy token of GitLab", ["gldt-[\\w-]{20}"], 3),
    ("gitlab-ptt", "a trigger token of GitLab", ["glptt-[0-9a-f]{40}"], 3),
    ("gitlab-rrt", "a registration token of GitLab", ["GR1348941[\\w-]{20}"], 3),
    (
      "gitlab-runner-authentication-token-routable", "a runner's token of GitLab",
      ["glrt-t[0-9]_[\\w-]{27,300}.[0-9a-z]{9}"], 3.5
    ),
    ("gitlab-runner-authentication-token", "a runner's token of GitLab", ["glrt-[\\w-]{20,60}"], 3),
    ("gitlab-feed-token", "a feed token of GitLab", ["glft-[\\w-]{20}"], 3),
    ("gitlab-scim-token", "a SCIM token of GitLab", ["glsoat-[\\w-]{20}"], 3),
    ("gitlab-oauth-app-secret", "an application secret of GitLab", ["gloas-[\\w-]{64}"], 3),
    ("gitlab-kubernetes-agent-token", "an agent's token of GitLab", ["glagent-[\\w-]{50}"], 3),
    ("gitlab-session-cookie", "a session of GitLab", ["_gitlab_session=[0-9a-z]{32}"], 3),
    ("gitlab-cicd-job-token", "a job token of GitLab", ["glcbt-[0-9A-Za-z]{1,5}_[\\w-]{20}"], 3),
    ("slack-bot-token", "a bot token of Slack", ["xoxb-[0-9]{10,13}-[0-9]{10,13}-[0-9A-Za-z-]{10,60}"], 3),
    (
      "slack-user-token", "a user token of Slack",
      ["xoxp-[0-9]{10,13}-[0-9]{10,13}-[0-9A-Za-z-]{20,80}", "xoxe-[0-9]{10,13}-[0-9]{10,13}-[0-9A-Za-z-]{20,80}"], 2
    ),
    ("slack-app-token", "an app token of Slack", ["xapp-[0-9]-[A-Z0-9]{8,14}-[0-9]{10,15}-[0-9a-z]{30,80}"], 2),
    (
      "slack-config-access-token", "a configuration token of Slack",
      ["xoxe.xoxb-[0-9]-[A-Za-z0-9]{140,170}", "xoxe.xoxp-[0-9]-[A-Za-z0-9]{140,170}"], 2
    ),
    ("slack-config-refresh-token", "a configuration token of Slack", ["xoxe-[0-9]-[A-Za-z0-9]{146}"], 2),
    ("slack-legacy-bot-token", "a legacy bot token of Slack", ["xoxb-[0-9]{8,14}-[0-9A-Za-z]{18,26}"], 2),
    (
      "slack-legacy-workspace-token", "a legacy workspace token of Slack",
      [
        "xoxa-[0-9]-[0-9A-Za-z]{8,48}", "xoxr-[0-9]-[0-9A-Za-z]{8,48}", "xoxa-[0-9A-Za-z]{8,48}",
        "xoxr-[0-9A-Za-z]{8,48}",
      ], 2.5
    ),
    (
      "slack-legacy-token", "a legacy token of Slack",
      ["xoxs-[0-9]{6,14}-[0-9]{6,14}-[0-9]{6,14}-[0-9a-f]{8,40}", "xoxo-[0-9]{6,14}-[0-9a-zA-Z-]{10,60}"], 2
    ),
    (
      "slack-webhook-url", "a webhook of Slack",
      [
        "hooks.slack.com/services/[A-Za-z0-9+/]{43,56}", "hooks.slack.com/workflows/[A-Za-z0-9+/]{43,56}",
        "hooks.slack.com/triggers/[A-Za-z0-9+/]{43,56}",
      ], 3
    ),
    (
      "discord-webhook-url", "a webhook of Discord",
      [
        "discord.com/api/webhooks/[0-9]{17,20}/[\\w-]{60,80}", "discordapp.com/api/webhooks/[0-9]{17,20}/[\\w-]{60,80}",
      ], 3
    ),
    (
      "microsoft-teams-webhook", "a webhook of Microsoft Teams",
      [
        ".webhook.office.com/webhookb2/[0-9a-f]{8}-[0-9a-f-]{27}@[0-9a-f-]{36}/IncomingWebhook/[0-9a-f]{32}/[0-9a-f-]{36}"
      ], 2
    ),
    (
      "stripe-access-token", "a key of Stripe",
      [
        "sk_live_[0-9A-Za-z]{10,199}", "sk_test_[0-9A-Za-z]{10,199}", "rk_live_[0-9A-Za-z]{10,199}",
        "rk_test_[0-9A-Za-z]{10,199}", "sk_prod_[0-9A-Za-z]{10,199}", "rk_prod_[0-9A-Za-z]{10,199}",
      ], 2
    ),
    ("stripe-webhook-secret", "a webhook secret of Stripe", ["whsec_[0-9A-Za-z+/]{32,64}"], 3),
    ("gcp-api-key", "a key of Google Cloud", ["AIza[\\w-]{35}"], 3),
    ("gcp-oauth-client-secret", "an OAuth secret of Google", ["GOCSPX-[\\w-]{28}"], 3),
    ("gcp-oauth-access-token", "an OAuth token of Google", ["ya29.[\\w-]{40,400}"], 3),
    (
      "openai-api-key", "a key of OpenAI",
      [
        "sk-proj-[\\w-]{40,200}", "sk-svcacct-[\\w-]{40,200}", "sk-admin-[\\w-]{40,200}",
        "sk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}",
      ], 3
    ),
    ("claude-code-oauth-token", "an OAuth token of Anthropic", ["sk-ant-oat01-[\\w-]{95}"], 3),
    ("anthropic-api-key", "a key of Anthropic", ["sk-ant-api03-[\\w-]{80,110}", "sk-ant-[\\w-]{80,120}"], 3),
    ("anthropic-admin-api-key", "an administrator's key of Anthropic", ["sk-ant-admin01-[\\w-]{80,110}"], 3),
    ("huggingface-access-token", "a token of Hugging Face", ["hf_[A-Za-z]{34}"], 3),
    ("huggingface-organization-api-token", "an organisation's token of Hugging Face", ["api_org_[A-Za-z]{34}"], 3),
    ("perplexity-api-key", "a key of Perplexity", ["pplx-[A-Za-z0-9]{48}"], 3),
    ("groq-api-key", "a key of Groq", ["gsk_[A-Za-z0-9]{52}"], 3),
    ("twilio-api-key", "a key of Twilio", ["SK[0-9A-Fa-f]{32}"], 3),
    ("sendgrid-api-token", "a key of SendGrid", ["SG.[\\w-]{22}.[\\w-]{43}", "SG.[\\w=.-]{66}"], 3),
    ("sendinblue-api-token", "a key of Brevo", ["xkeysib-[0-9a-f]{64}-[0-9A-Za-z]{16}"], 2),
    ("mailgun-private-api-token", "a key of Mailgun", ["key-[0-9a-f]{32}"], 3),
    ("npm-access-token", "a token of npm", ["npm_[0-9A-Za-z]{36}"], 3),
    ("pypi-upload-token", "a token of PyPI", ["pypi-AgEIcHlwaS5vcmc[\\w-]{50,1000}"], 3),
    ("rubygems-api-token", "a token of RubyGems", ["rubygems_[0-9a-f]{48}"], 2),
    ("clojars-api-token", "a token of Clojars", ["CLOJARS_[0-9a-z]{60}"], 2),
    ("crates-api-token", "a token of crates.io", ["cio[A-Za-z0-9]{32}"], 3.5),
    ("dockerhub-pat", "a token of Docker Hub", ["dckr_pat_[\\w-]{27}", "dckr_oat_[\\w-]{32}"], 3),
    ("digitalocean-access-token", "an OAuth token of DigitalOcean", ["doo_v1_[0-9a-f]{64}"], 3),
    ("digitalocean-pat", "a token of DigitalOcean", ["dop_v1_[0-9a-f]{64}"], 3),
    ("digitalocean-refresh-token", "a refresh token of DigitalOcean", ["dor_v1_[0-9a-f]{64}"], 3),
    ("doppler-api-token", "a token of Doppler", ["dp.pt.[0-9A-Za-z]{40,44}", "dp.st.[\\w.-]{40,80}"], 2),
    ("databricks-api-token", "a token of Databricks", ["dapi[0-9a-f]{32}"], 3),
    ("shopify-access-token", "a token of Shopify", ["shpat_[0-9A-Fa-f]{32}"], 2),
    ("shopify-custom-access-token", "a token of Shopify", ["shpca_[0-9A-Fa-f]{32}"], 2),
    ("shopify-private-app-access-token", "a token of Shopify", ["shppa_[0-9A-Fa-f]{32}"], 2),
    ("shopify-shared-secret", "a shared secret of Shopify", ["shpss_[0-9A-Fa-f]{32}"], 2),
    ("square-access-token", "a token of Square", ["sq0atp-[\\w-]{22,60}", "EAAA[\\w-]{60}"], 2),
    ("square-secret", "a secret of Square", ["sq0csp-[\\w-]{43}"], 2),
    ("vault-service-token", "a token of Vault", ["hvs.[\\w-]{24,300}"], 3.5),
    ("vault-batch-token", "a batch token of Vault", ["hvb.[\\w-]{138,300}"], 4),
    ("hashicorp-tf-api-token", "a token of HCP Terraform", ["[0-9A-Za-z]{14}.atlasv1.[0-9A-Za-z=_-]{60,70}"], 3.5),
    ("telegram-bot-api-token", "a bot token of Telegram", ["[0-9]{5,16}:AA[\\w-]{32,33}"], 3),
    ("grafana-cloud-api-token", "a token of Grafana Cloud", ["glc_[A-Za-z0-9+/]{32,400}"], 3),
    ("grafana-service-account-token", "a service account token of Grafana", ["glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}"], 3),
    ("grafana-api-key", "a key of Grafana", ["eyJrIjoi[A-Za-z0-9+/]{70,400}"], 3),
    ("new-relic-user-api-key", "a user's key of New Relic", ["NRAK-[0-9A-Za-z]{27}"], 2),
    ("new-relic-browser-api-token", "a browser key of New Relic", ["NRJS-[0-9a-f]{19}"], 2),
    ("new-relic-insert-key", "an insert key of New Relic", ["NRII-[0-9A-Za-z-]{32}"], 2),
    ("sentry-org-token", "an organisation's token of Sentry", ["sntrys_eyJ[A-Za-z0-9+/=_-]{60,400}"], 3.5),
    ("sentry-user-token", "a user's token of Sentry", ["sntryu_[0-9a-f]{64}"], 3),
    ("linear-api-key", "a key of Linear", ["lin_api_[0-9A-Za-z]{40}"], 2),
    ("notion-api-token", "a token of Notion", ["ntn_[0-9]{11}[A-Za-z0-9]{35}"], 3),
    ("postman-api-token", "a key of Postman", ["PMAK-[0-9A-Fa-f]{24}-[0-9A-Fa-f]{34}"], 3),
    ("pulumi-api-token", "a token of Pulumi", ["pul-[0-9a-f]{40}"], 2),
    ("planetscale-api-token", "a token of PlanetScale", ["pscale_tkn_[\\w.=-]{32,64}"], 3),
    ("planetscale-password", "a password of PlanetScale", ["pscale_pw_[\\w.=-]{32,64}"], 3),
    ("planetscale-oauth-token", "an OAuth token of PlanetScale", ["pscale_oauth_[\\w.=-]{32,64}"], 3),
    ("prefect-api-token", "a token of Prefect", ["pnu_[0-9A-Za-z]{36}"], 2),
    ("readme-api-token", "a token of ReadMe", ["rdme_[0-9a-z]{70}"], 2),
    ("mapbox-api-token", "a secret token of Mapbox", ["sk.eyJ[\\w-]{50,200}.[\\w-]{20,40}"], 3),
    (
      "flyio-access-token", "a token of Fly.io",
      [
        "fo1_[\\w-]{43}", "fm2_[A-Za-z0-9+/=]{100,1000}", "fm1r_[A-Za-z0-9+/=]{100,1000}",
        "fm1a_[A-Za-z0-9+/=]{100,1000}",
      ], 3.5
    ),
    ("frameio-api-token", "a token of Frame.io", ["fio-u-[\\w=-]{64}"], 3),
    ("dynatrace-api-token", "a token of Dynatrace", ["dt0c01.[0-9A-Za-z]{24}.[0-9A-Za-z]{64}"], 3.5),
    ("easypost-api-token", "a key of EasyPost", ["EZAK[0-9A-Za-z]{54}"], 2),
    ("easypost-test-api-token", "a test key of EasyPost", ["EZTK[0-9A-Za-z]{54}"], 2),
    ("duffel-api-token", "a token of Duffel", ["duffel_test_[\\w=-]{43}", "duffel_live_[\\w=-]{43}"], 2),
    ("heroku-api-key-v2", "a key of Heroku", ["HRKU-AA[\\w-]{58}"], 3.5),
    ("infracost-api-token", "a key of Infracost", ["ico-[A-Za-z0-9]{32}"], 3),
    ("cloudflare-origin-ca-key", "an origin CA key of Cloudflare", ["v1.0-[0-9a-f]{24}-[0-9a-f]{146}"], 2),
    ("artifactory-api-key", "a key of Artifactory", ["AKCp[A-Za-z0-9]{69}"], 4),
    ("artifactory-reference-token", "a token of Artifactory", ["cmVmd[A-Za-z0-9]{59}"], 4),
    ("age-secret-key", "a secret key of age", ["AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}"], 3),
    ("alibaba-access-key-id", "an access key of Alibaba Cloud", ["LTAI[0-9A-Za-z]{20}"], 2),
    ("adafruit-api-key", "a key of Adafruit IO", ["aio_[A-Za-z0-9]{28}"], 3),
    ("atlassian-api-token", "a token of Atlassian", ["ATATT3[A-Za-z0-9_=-]{186}"], 3.5),
    ("bitbucket-app-password", "an app password of Bitbucket", ["ATBB[A-Za-z0-9]{32}"], 3),
    ("azure-ad-client-secret", "a client secret of Microsoft Entra", ["[\\w.~-]{3}[0-9]Q~[\\w.~-]{31,34}"], 3),
    ("azure-storage-key", "an account key of Azure Storage", ["AccountKey=[A-Za-z0-9+/]{86}=="], 3.5),
    ("1password-service-account-token", "a service account token of 1Password", ["ops_eyJ[A-Za-z0-9+/]{250,4000}"], 4),
    ("netlify-pat", "a token of Netlify", ["nfp_[A-Za-z0-9]{36}"], 3),
    ("openshift-user-token", "a token of OpenShift", ["sha256~[\\w-]{43}"], 3.5),
    (
      "plaid-api-token", "a token of Plaid",
      [
        "access-sandbox-[0-9a-f]{8}-[0-9a-f-]{27}", "access-production-[0-9a-f]{8}-[0-9a-f-]{27}",
        "access-development-[0-9a-f]{8}-[0-9a-f-]{27}",
      ], 2
    ),
    ("scalingo-api-token", "a token of Scalingo", ["tk-us-[\\w-]{48}"], 2),
    ("settlemint-personal-access-token", "a token of SettleMint", ["sm_pat_[A-Za-z0-9]{16}"], 3),
    ("settlemint-application-access-token", "an application's token of SettleMint", ["sm_aat_[A-Za-z0-9]{16}"], 3),
    ("settlemint-service-access-token", "a service's token of SettleMint", ["sm_sat_[A-Za-z0-9]{16}"], 3),
    ("shippo-api-token", "a token of Shippo", ["shippo_live_[0-9A-Fa-f]{40}", "shippo_test_[0-9A-Fa-f]{40}"], 2),
    (
      "sourcegraph-access-token", "a token of Sourcegraph",
      ["sgp_[0-9A-Fa-f]{16}_[0-9A-Fa-f]{40}", "sgp_local_[0-9A-Fa-f]{40}", "sgp_[0-9A-Fa-f]{40}"], 3
    ),
    ("typeform-api-token", "a token of Typeform", ["tfp_[\\w.=-]{59}"], 3),
    ("yandex-api-key", "a key of Yandex Cloud", ["AQVN[\\w-]{35,38}"], 3),
    ("supabase-token", "a token of Supabase", ["sbp_[0-9a-f]{40}", "sb_secret_[\\w-]{31,40}"], 3),
    ("contentful-pat", "a token of Contentful", ["CFPAT-[\\w-]{43}"], 3),
    ("figma-pat", "a token of Figma", ["figd_[\\w-]{40}"], 3),
    ("airtable-pat", "a token of Airtable", ["pat[0-9A-Za-z]{14}.[0-9a-f]{64}"], 3),
    ("asana-pat", "a token of Asana", ["1/[0-9]{16}:[0-9a-f]{32}"], 3),
    ("buildkite-token", "a token of Buildkite", ["bkua_[0-9a-f]{40}"], 3),
    (
      "circleci-pat", "a token of CircleCI",
      ["CCIPAT_[A-Za-z0-9]{22}_[0-9a-f]{40}", "CCIPRJ_[A-Za-z0-9]{22}_[0-9a-f]{40}"], 3
    ),
    ("tailscale-key", "a key of Tailscale", ["tskey-[a-z]{3,10}-[0-9A-Za-z]{6,20}-[0-9A-Za-z]{10,60}"], 3),
    ("nuget-api-key", "a key of NuGet", ["oy2[a-z0-9]{43}"], 3.5),
    (
      "harness-api-key", "a key of Harness",
      ["pat.[\\w-]{22}.[0-9A-Za-z]{24}.[0-9A-Za-z]{20}", "sat.[\\w-]{22}.[0-9A-Za-z]{24}.[0-9A-Za-z]{20}"], 3
    ),
    (
      "facebook-page-access-token", "a page's token of Facebook",
      ["EAAC[A-Za-z0-9]{100,400}", "EAAM[A-Za-z0-9]{100,400}"],
      4
    ),
    (
      "1password-secret-key", "a secret key of 1Password",
      [
        "A3-[A-Z0-9]{6}-[A-Z0-9]{6}-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}",
        "A3-[A-Z0-9]{6}-[A-Z0-9]{11}-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}",
      ], 3.5
    ),
    ("adobe-client-secret", "a secret of Adobe", ["p8e-[0-9A-Za-z_-]{32}"], 3),
    (
      "authress-service-client-access-key", "a key of Authress",
      [
        "authress_[0-9a-z]{5,30}.[0-9a-z]{4,6}.acc_[0-9a-z-]{10,32}.[0-9A-Za-z+/_=-]{30,120}",
        "sc_[0-9a-z]{5,30}.[0-9a-z]{4,6}.acc_[0-9a-z-]{10,32}.[0-9A-Za-z+/_=-]{30,120}",
        "ext_[0-9a-z]{5,30}.[0-9a-z]{4,6}.acc_[0-9a-z-]{10,32}.[0-9A-Za-z+/_=-]{30,120}",
        "scauth_[0-9a-z]{5,30}.[0-9a-z]{4,6}.acc_[0-9a-z-]{10,32}.[0-9A-Za-z+/_=-]{30,120}",
        "authress_[0-9a-z]{5,30}.[0-9a-z]{4,6}.acc-[0-9a-z-]{10,32}.[0-9A-Za-z+/_=-]{30,120}",
        "sc_[0-9a-z]{5,30}.[0-9a-z]{4,6}.acc-[0-9a-z-]{10,32}.[0-9A-Za-z+/_=-]{30,120}",
      ], 2
    ),
    ("clickhouse-cloud-api-secret-key", "a key of ClickHouse Cloud", ["4b1d[A-Za-z0-9]{38}"], 3.5),
    ("defined-networking-api-token", "a token of Defined Networking", ["dnkey-[0-9a-z=_-]{26}-[0-9a-z=_-]{52}"], 3),
    (
      "flutterwave-secret-key", "a key of Flutterwave",
      ["FLWSECK_TEST-[0-9A-Ha-h]{32}-X", "FLWSECK-[0-9A-Ha-h]{32}-X"], 2
    ),
    ("flutterwave-encryption-key", "an encryption key of Flutterwave", ["FLWSECK_TEST-[0-9A-Ha-h]{12}"], 2),
    ("flutterwave-public-key", "a public key of Flutterwave", ["FLWPUBK_TEST-[0-9A-Ha-h]{32}-X"], 2),
    ("intra42-client-secret", "a secret of 42", ["s-s4t2ud-[0-9a-f]{64}", "s-s4t2af-[0-9a-f]{64}"], 3),
    ("maxmind-license-key", "a licence key of MaxMind", ["[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk"], 3.5),
    ("octopus-deploy-api-key", "a key of Octopus Deploy", ["API-[A-Z0-9]{26}"], 3),
    ("gitlab-incoming-mail-token", "a token for mail to GitLab", ["glimt-[0-9A-Za-z_-]{25}"], 3),
    ("gitlab-feature-flag-client-token", "a feature flag token of GitLab", ["glffct-[0-9A-Za-z_-]{20}"], 3),
    ("jwt", "a JSON Web Token", ["eyJ[A-Za-z0-9_-]{16,4000}.ey[A-Za-z0-9/_-]{17,4000}.[A-Za-z0-9/_=-]{0,4000}"], 3),
    (
      "jwt-base64", "a JSON Web Token in base64",
      [
        "ZXlKMFlXY2lPa[A-Za-z0-9+/_=-]{40,4000}", "ZXlKMGVYQWlPa[A-Za-z0-9+/_=-]{40,4000}",
        "ZXlKMWMyVWlPa[A-Za-z0-9+/_=-]{40,4000}", "ZXlKMWNtd2lPa[A-Za-z0-9+/_=-]{40,4000}",
        "ZXlKMlpYSWlPa[A-Za-z0-9+/_=-]{40,4000}", "ZXlKNE5XTWlPa[A-Za-z0-9+/_=-]{40,4000}",
        "ZXlKNE5YUWlPa[A-Za-z0-9+/_=-]{40,4000}", "ZXlKNE5YVWlPa[A-Za-z0-9+/_=-]{40,4000}",
        "ZXlKNmFYQWlPa[A-Za-z0-9+/_=-]{40,4000}", "ZXlKaGJHY2lPa[A-Za-z0-9+/_=-]{40,4000}",
        "ZXlKaGNIVWlPa[A-Za-z0-9+/_=-]{40,4000}", "ZXlKaGNIWWlPa[A-Za-z0-9+/_=-]{40,4000}",
        "ZXlKaGRXUWlPa[A-Za-z0-9+/_=-]{40,4000}", "ZXlKaU5qUWlPa[A-Za-z0-9+/_=-]{40,4000}",
        "ZXlKamRIa2lPa[A-Za-z0-9+/_=-]{40,4000}", "ZXlKbGJtTWlPa[A-Za-z0-9+/_=-]{40,4000}",
        "ZXlKbGNHc2lPa[A-Za-z0-9+/_=-]{40,4000}", "ZXlKcGMzTWlPa[A-Za-z0-9+/_=-]{40,4000}",
        "ZXlKcWEzVWlPa[A-Za-z0-9+/_=-]{40,4000}", "ZXlKcWQyc2lPa[A-Za-z0-9+/_=-]{40,4000}",
        "ZXlKcmFXUWlPa[A-Za-z0-9+/_=-]{40,4000}", "ZXlKcmRIa2lPa[A-Za-z0-9+/_=-]{40,4000}",
        "ZXlKd2NIUWlPa[A-Za-z0-9+/_=-]{40,4000}", "ZXlKdWIyNWpaU0k2S[A-Za-z0-9+/_=-]{40,4000}",
        "ZXlKemRXSWlPa[A-Za-z0-9+/_=-]{40,4000}",
      ], 2
    ),
    (
      "sidekiq-sensitive-url", "the credentials of Sidekiq in a URL",
      ["[0-9A-Fa-f]{8}:[0-9A-Fa-f]{8}@gems.contribsys.com", "[0-9A-Fa-f]{8}:[0-9A-Fa-f]{8}@enterprise.contribsys.com"],
      2
    ),
    ("castai-api-key", "a key of CAST AI", ["castai_v1_[0-9A-Za-z]{64}_[0-9A-Za-z]{8}"], 2),
    (
      "langsmith-api-key", "a key of LangSmith",
      ["lsv2_pt_[0-9a-z]{32}_[0-9a-z]{10}", "lsv2_sk_[0-9a-z]{32}_[0-9a-z]{10}"], 3
    ),
    ("adyen-api-key", "a key of Adyen", ["AQE[0-9a-z]{5,20}.[\\w=-]{50,80}"], 3),
    ("chieftools-pat", "a token of Chief Tools", ["ctp_[0-9A-Za-z]{30,248}"], 3),
    ("chieftools-access-token", "an access token of Chief Tools", ["cto_[0-9A-Za-z]{30,248}"], 3),
    ("chieftools-refresh-token", "a refresh token of Chief Tools", ["ctr_[0-9A-Za-z]{30,248}"], 3),
  ]
}
