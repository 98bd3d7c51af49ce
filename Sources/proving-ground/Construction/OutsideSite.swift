/// The outside site: one page of events, some marked up for machines (schema.org in JSON-LD), some for people
/// (microformats2), as sites mix them.
enum OutsideSite {
  /// The page.
  static let page = """
    <!DOCTYPE html>
    <html lang="en">
    <head>
      <meta charset="utf-8">
      <title>Events this spring</title>
      <script type="application/ld+json">
      {
        "@context": "https://schema.org",
        "@graph": [
          {
            "@type": "MusicEvent",
            "name": "Jazz by the Harbour",
            "startDate": "2031-05-08T19:30:00+02:00",
            "url": "https://events.example/jazz-by-the-harbour",
            "description": "An evening of live jazz with a quintet and guests, outdoors by the water.",
            "location": { "@type": "Place", "name": "Pier Four", "address": "Harbour Road 4" }
          },
          {
            "@type": "Event",
            "name": "Compiler Construction Evening",
            "startDate": "2031-05-12T18:00:00+02:00",
            "url": "https://events.example/compiler-evening",
            "description": "Talks on parsers, type checking &amp; code generation for new languages.",
            "location": { "@type": "Place", "name": "Foundry Hall" }
          },
          { "@type": "Organization", "name": "Events Example" }
        ]
      }
      </script>
      <style>article > h2 { margin: 0 }</style>
    </head>
    <body>
      <h1>Events this spring</h1>
      <article class="card h-event">
        <h2 class="p-name"><a class="u-url" href="https://events.example/jam-session">Open Jazz Jam</a></h2>
        <p><time class="dt-start" datetime="2031-05-15T20:00:00+02:00">15 May, 8 pm</time>
           at <span class="p-location">Blue Cellar</span></p>
        <p class="p-summary">Bring an instrument: an evening of live jazz,<br>improvised &ndash; guests welcome.</p>
      </article>
      <article class="card h-event">
        <h2 class="p-name">Parsers in Practice</h2>
        <p>On <time class="dt-start" datetime="2031-06-02">2 June</time>, <span class="p-location">Foundry Hall</span></p>
        <p class="p-summary">A hands-on workshop: write parsers for small languages.</p>
        <a class="u-url" href="https://events.example/parsers-in-practice">details</a>
      </article>
      <article class="card h-event">
        <h2 class="p-name">Sourdough for Beginners</h2>
        <p><time class="dt-start" datetime="2031-06-07T10:00:00+02:00">7 June</time>,
           <span class="p-location">Mill Kitchen</span></p>
        <p class="p-summary">Flour, water, salt and patience: bake your first loaf.</p>
      </article>
      <article class="card h-event">
        <h2 class="p-name">To be announced</h2>
        <p class="p-summary">No date yet, so nothing that could be listed.</p>
      </article>
    </body>
    </html>

    """
}
