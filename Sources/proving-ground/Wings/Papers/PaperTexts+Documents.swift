extension PaperTexts {
  /// The runbooks and what leads to them.
  static let documents: [String: String] = [
    "source/docs/README.md": """
    # The events platform in operation

    Begin with the [runbooks](runbooks/README.md). Who may do what was [reviewed](access-review.md); how far the
    platform can grow stands in the [plan](capacity.md#headroom).

    """,
    "source/docs/runbooks/README.md": """
    # Runbooks

    - [The interface](api.md)
    - [Processing](processing.md#diagnosis)

    """,
    "source/docs/runbooks/api.md": runbook(
      "api", of: "the interface that the web page and partners ask", alert: "InterfaceDown",
      look: "Compare the 5xx share with the number of requests, then read the last lines of the log:",
      command: "docker compose logs --tail 100 api", back: "docker compose up -d --no-deps api"),
    "source/docs/runbooks/processing.md": runbook(
      "processing", of: "the service that turns scraped pages into events", alert: "ProcessingBehind",
      look: "See how long the queue is and whether it shrinks:", command: "docker compose exec processing queue-length",
      back: "docker compose restart processing"),
    "source/docs/runbooks/extraction.md": runbook(
      "extraction", of: "the service that reads pages of other sites", alert: "ExtractionFails",
      look: "Tell a site that has changed from one that refuses us:",
      command: "docker compose logs --since 10m extraction",
      back: "docker compose restart extraction"),
    "source/docs/runbooks/database.md": runbook(
      "database", of: "the PostgreSQL server with all events", alert: "DatabaseDown",
      look: "Look for long transactions and for a full disk:",
      command: "docker compose exec database psql -c 'select * from pg_stat_activity'",
      back: "docker compose restart database"),
    "source/docs/access-review.md": """
    ---
    owner: Dana Reyes
    last_reviewed: {{20 days ago}}
    ---
    # Who may do what

    | person | may |
    |---|---|
    | Dana Reyes | deploy, read production data |
    | Eli Novak | deploy |
    | Farah Lind | restore backups |

    Two accounts of people who left were removed.

    """,
    "source/docs/capacity.md": """
    ---
    owner: Eli Novak
    last_reviewed: {{25 days ago}}
    ---
    # Plan for growth

    ## Headroom

    - At the peak the interface answers 180 requests a second and was shown to carry 400.
    - The disk of the database is filled to 38 percent and grows by 2 percent a month.
    - Of 100 connections, 34 are in use at the peak.

    """,
    "source/docs/exercises.md": """
    # Exercises

    | day | what | result |
    |---|---|---|
    | {{30 days ago}} | restore of the newest backup into an empty server | succeeded |
    | {{40 days ago}} | rollback of release 1.3 with its data | succeeded |
    | {{35 days ago}} | failover to the second machine | succeeded |
    | {{50 days ago}} | incident on paper, with everybody on call | succeeded |

    """,
    "source/monitoring/rules.yaml": """
    groups:
      - name: availability
        rules:
          - alert: InterfaceDown
            expr: up{job="api"} == 0
            for: 2m
            labels: { severity: critical }
            annotations:
              summary: The interface does not answer
              runbook_url: https://docs.events.example/runbooks/api/#diagnosis
          - alert: ProcessingBehind
            expr: queue_length{job="processing"} > 1000
            for: 10m
            labels: { severity: warning }
            annotations:
              summary: Pages wait to be processed
              runbook_url: https://docs.events.example/runbooks/processing/

    """,
  ]

  private static func runbook(
    _ name: String, of what: String, alert: String, look: String, command: String, back: String
  ) -> String {
    """
    ---
    owner: Dana Reyes
    last_reviewed: {{14 days ago}}
    ---
    # Runbook: \(name)

    ## Purpose

    This is about \(what).

    ## Alerts

    \(alert) leads here.

    ## Dashboards

    The panel "\(name)" shows requests, errors and how long answers take.

    ## Diagnosis

    \(look)

    ```sh
    \(command)
    ```

    ## Rollback

    Go back to the release before, as the procedure says:

    ```sh
    \(back)
    ```

    ## Escalation

    After half an hour, call Eli Novak.

    ## Contacts

    Dana Reyes and Farah Lind, by the number in the rota.

    """
  }

  /// What to do when things go wrong.
  static let procedures: [String: String] = [
    "source/docs/rollback.md": """
    ---
    owner: Eli Novak
    last_reviewed: {{21 days ago}}
    ---
    # Rollback

    ## When to go back

    When more than one answer in a hundred fails for five minutes after a release.

    ## Steps

    ```sh
    docker compose pull api processing
    docker compose up -d --no-deps api processing
    ```

    ## Data and migrations

    Every migration has a way down, which was rehearsed; what was written meanwhile stays readable.

    ## Verification

    The health endpoint says "pass", and a search finds yesterday's events.

    ## Contacts

    Whoever is on call decides; Dana Reyes is told.

    """,
    "source/docs/incident.md": """
    ---
    owner: Farah Lind
    last_reviewed: {{28 days ago}}
    ---
    # Incidents

    ## Severity

    One: nobody can search. Two: new events are missing. Three: something looks wrong.

    ## Roles

    One leads, one mends, one tells the others.

    ## Detection

    Whoever sees it first declares it in the channel.

    ## Response

    Contain before finding causes: go back to the release before where one is near.

    ## Communication

    The status page says within fifteen minutes what is known.

    ## Escalation

    After an hour of severity one, the head of the team is called.

    ## Review

    Within five days, without blame, with one thing that is changed.

    """,
  ]
}
