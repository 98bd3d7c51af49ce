/// How the page looks: on a desk, on a phone, in the dark, on paper.
enum HTMLStyle {
  /// The colours of a scheme, by role. Text on `paper` and on `card` has a contrast of at least 4.5, graphics of 3
  /// (WCAG 2.2, 1.4.3 and 1.4.11); a test computes them.
  static let light: KeyValuePairs<String, String> = [
    "paper": "#ffffff", "card": "#f5f6f8", "ink": "#1a1d23", "soft": "#525a67", "line": "#d3d7de", "edge": "#757d8b",
    "link": "#0b4fc4", "pass": "#136b38", "warn": "#864a00", "fail": "#b01f19", "open": "#673c9c", "accept": "#1b5d76",
  ]
  /// The same in the dark.
  static let dark: KeyValuePairs<String, String> = [
    "paper": "#13151a", "card": "#1c1f26", "ink": "#e8eaef", "soft": "#abb2bf", "line": "#3a3f4a", "edge": "#868e9c",
    "link": "#8ab4f8", "pass": "#6fd690", "warn": "#f2bb50", "fail": "#ff9189", "open": "#cbacff", "accept": "#84cbe6",
  ]

  /// The style sheet.
  static let css = """

    :root{color-scheme:light dark;\(tokens(light))}
    @media(prefers-color-scheme:dark){:root{\(tokens(dark))}}
    *{box-sizing:border-box}
    [hidden]{display:none!important}
    html{-webkit-text-size-adjust:100%;scroll-padding-top:1rem}
    body{margin:0 auto;padding:0 1.25rem 3rem;max-width:78rem;background:var(--paper);color:var(--ink);
    font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif}
    h1,h2,h3{line-height:1.25;text-wrap:balance;overflow-wrap:anywhere}
    h2{font-size:1.35rem;margin:2.75rem 0 .75rem;padding-bottom:.3rem;border-bottom:2px solid var(--line)}
    h3{font-size:1.05rem;margin:0 0 .35rem}
    p,dl,dd,figure{margin:0}
    a{color:var(--link);text-underline-offset:.15em}
    a:focus-visible,button:focus-visible,input:focus-visible,select:focus-visible,summary:focus-visible,[tabindex]:focus-visible{outline:3px solid var(--link);outline-offset:2px}
    .skip{position:absolute;left:-100vw}
    .skip:focus{left:1rem;top:.5rem;padding:.5rem 1rem;background:var(--paper);border:2px solid var(--link);z-index:2}
    main:focus{outline:none}
    code,pre,.mono{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.875em}
    code{overflow-wrap:anywhere}
    .unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}

    .verdict{margin:1.5rem 0 1rem;padding:1.5rem 1.75rem 1.25rem;background:var(--card);border:1px solid var(--line);border-left:.6rem solid var(--tone);border-radius:.5rem}
    .over{color:var(--soft);font-size:.875rem;letter-spacing:.02em}
    h1{margin:.1rem 0 .35rem;font-size:clamp(1.5rem,4vw,2.25rem);display:flex;flex-wrap:wrap;gap:.25rem .75rem;align-items:baseline}
    h1 .word{color:var(--tone)}
    h1 .system{font-weight:600}
    h1 .environment{font-size:1rem;font-weight:500;color:var(--soft)}
    .pass{--tone:var(--pass)}.fail,.critical,.high{--tone:var(--fail)}.warn,.medium{--tone:var(--warn)}
    .open{--tone:var(--open)}.accept{--tone:var(--accept)}.none,.low,.info{--tone:var(--soft)}
    .decision{font-size:1.05rem}
    .alert{margin-top:.5rem;padding:.4rem .75rem;border-left:4px solid var(--warn);background:var(--paper);overflow-wrap:anywhere}
    .tiles{display:grid;grid-template-columns:2fr repeat(4,1fr);gap:.75rem;margin:1.1rem 0}
    .tile{padding:.7rem .9rem;background:var(--paper);border:1px solid var(--line);border-radius:.4rem;color:var(--soft);font-size:.875rem}
    .tile .figure{font-size:1.9rem;line-height:1.15;font-weight:650;color:var(--tone,var(--ink));font-variant-numeric:tabular-nums}
    .facts{display:grid;gap:.25rem 2rem}
    .facts div{display:grid;grid-template-columns:11rem 1fr;gap:.75rem}
    .facts dt{color:var(--soft)}
    .facts dd{overflow-wrap:anywhere}

    nav ul{display:flex;flex-wrap:wrap;gap:.4rem;margin:0;padding:0;list-style:none}
    nav a{display:block;padding:.3rem .75rem;border:1px solid var(--edge);border-radius:2rem;text-decoration:none;font-size:.875rem;color:var(--ink)}
    nav a:hover{border-color:var(--link);color:var(--link)}
    .filters{display:flex;flex-wrap:wrap;gap:.6rem 1rem;align-items:end;margin:1.25rem 0 0;padding:.75rem 1rem;background:var(--card);border:1px solid var(--line);border-radius:.5rem}
    .filters label{display:grid;gap:.15rem;font-size:.8125rem;color:var(--soft)}
    .filters input,.filters select,.filters button{font:inherit;font-size:.9375rem;min-height:2.25rem;max-width:14rem;padding:.25rem .6rem;color:var(--ink);background:var(--paper);border:1px solid var(--edge);border-radius:.35rem}
    .filters button{cursor:pointer}
    .filters output{flex:1 1 10rem;min-height:2.25rem;align-content:center;color:var(--soft)}

    .note{color:var(--soft);max-width:62rem;margin-bottom:.75rem}
    .mark{margin-top:.2rem;font-size:.8125rem;color:var(--soft);white-space:normal}
    .more{color:var(--soft);margin:.4rem 0}
    .check{margin:0 0 1rem;padding:1rem 1.1rem;border:1px solid var(--line);border-radius:.5rem}
    .long .check{content-visibility:auto;contain-intrinsic-size:auto 18rem}
    .meta{color:var(--soft);font-size:.875rem;margin-bottom:.6rem;overflow-wrap:anywhere}
    .badge{display:inline-block;padding:0 .5em;border:1px solid var(--tone);border-radius:.3rem;color:var(--tone);background:var(--paper);font-size:.8125rem;font-weight:600;white-space:nowrap}
    a .badge{text-decoration:underline;text-underline-offset:.15em}
    .advice{display:grid;grid-template-columns:11rem 1fr;gap:.3rem .75rem;margin-top:.75rem;font-size:.9375rem}
    .advice dt{color:var(--soft)}
    .advice dd{overflow-wrap:anywhere;max-width:56rem}

    .scroll{position:relative;overflow-x:auto;margin:.25rem 0}
    table{border-collapse:collapse;width:100%;font-size:.9375rem}
    caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
    th,td{padding:.4rem .7rem .4rem 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
    td,tbody th{overflow-wrap:anywhere;unicode-bidi:isolate;white-space:pre-wrap;min-width:6rem}
    tbody th{min-width:8rem}
    thead th{color:var(--soft);font-size:.8125rem;font-weight:600;white-space:nowrap}
    tbody th{font-weight:600}
    tr:target{background:var(--card);outline:2px solid var(--link)}
    tr.area th{padding-top:1rem;color:var(--soft);font-size:.8125rem}
    tr.sum>*{font-weight:650;border-top:2px solid var(--edge)}
    tr.blank td{height:3.2rem}
    #checklist td:nth-child(2){min-width:14rem}
    .nothing{color:var(--soft)}

    details{margin-top:.6rem}
    summary{cursor:pointer;color:var(--link);padding:.2rem 0;min-height:1.5rem}
    .label{margin:.6rem 0 .2rem;font-size:.875rem;color:var(--soft);overflow-wrap:anywhere}
    pre{margin:0;padding:.6rem .8rem;max-height:24rem;overflow:auto;background:var(--card);border:1px solid var(--line);border-radius:.35rem;white-space:pre-wrap;overflow-wrap:anywhere}
    svg{display:block}
    .gauge{width:100%;height:.7rem;margin-top:.5rem}
    .gauge .track{fill:var(--line)}.gauge .possible{fill:var(--open)}.gauge .proven{fill:var(--ink)}
    .bar{width:9rem;height:.9rem}
    .bar rect{fill:var(--tone);stroke:var(--paper);stroke-width:6}
    .plot{width:100%;max-width:40rem;height:auto}
    .plot .axis{stroke:var(--edge)}.plot .line{fill:none;stroke:var(--link);stroke-width:2;vector-effect:non-scaling-stroke}
    figcaption{font-size:.8125rem;color:var(--soft)}
    footer{margin-top:3rem;color:var(--soft);font-size:.875rem;overflow-wrap:anywhere}

    @media(max-width:46rem){
    body{padding:0 .9rem 2rem}
    .verdict{padding:1rem 1.1rem}
    .tiles{grid-template-columns:1fr 1fr}
    .tile.wide{grid-column:1/-1}
    .facts div,.advice{grid-template-columns:1fr;gap:0}
    .advice dd{margin-bottom:.4rem}
    .check{padding:.8rem}
    .check table{min-width:34rem}
    .filters label,.filters input,.filters select{flex:1 1 8rem;width:100%;max-width:none}
    }
    @media(forced-colors:active){.gauge .proven{fill:CanvasText}.gauge .possible{fill:GrayText}.bar rect{fill:CanvasText}.badge{border-color:CanvasText}}
    @media print{
    @page{size:A4;margin:16mm}
    :root{\(tokens(light))}
    html{font-size:9.5pt}
    body{max-width:none;padding:0}
    .skip,nav,.filters{display:none}
    .filters.active{display:block;border:0;padding:0}
    .filters.active>:not(output){display:none}
    .verdict,.tile,pre{background:none}
    h2{margin-top:1.4rem;break-after:avoid}
    h3,summary{break-after:avoid}
    thead{display:table-header-group;break-after:avoid}
    tr,.tile,figure{break-inside:avoid}
    .check{padding:.5rem .7rem}
    .long .check{content-visibility:visible}
    .scroll,pre{overflow:visible;max-height:none}
        td,#checklist td:nth-child(2){min-width:0}
    tbody th{min-width:4rem}
    details::details-content{content-visibility:visible;block-size:auto}
    summary{list-style:none;color:var(--soft)}
    #sign-off{break-before:page}
    a{color:inherit;text-decoration:none}
    }

    """

  private static func tokens(_ scheme: KeyValuePairs<String, String>) -> String {
    scheme.map { "--\($0.key):\($0.value)" }.joined(separator: ";")
  }
}
