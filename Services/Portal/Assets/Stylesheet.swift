extension Assets {
  /// Colours, type sizes, spaces and radii are those of KRDS, the design system of Korean government sites. Text colours
  /// are chosen for a contrast of at least 4.5 to 1 on their background.
  static let stylesheet = """
    :root {
      --primary-5: #ecf2fe; --primary-50: #256ef4; --primary-60: #0b50d0; --primary-70: #083891;
      --gray-0: #ffffff; --gray-5: #f4f5f6; --gray-10: #e6e8ea; --gray-20: #cdd1d5; --gray-30: #b1b8be;
      --gray-60: #58616a; --gray-70: #464c53; --gray-90: #1e2124; --gray-95: #131416;
      --danger-5: #fdefec; --danger-60: #bd2c0f; --warning-5: #fff3db; --warning-60: #8a5c00;
      --success-5: #eaf6ec; --success-60: #267337; --information-5: #e7f4fe; --information-60: #096ab3;
      --visited: #5917b8;
    }
    * { box-sizing: border-box; }
    html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
    body {
      margin: 0; color: var(--gray-90); background: var(--gray-0);
      font-family: "Pretendard GOV", Pretendard, -apple-system, BlinkMacSystemFont, "Apple SD Gothic Neo",
        "Noto Sans KR", "Noto Sans CJK KR", "Malgun Gothic", system-ui, sans-serif;
      font-size: 1.0625rem; line-height: 1.5; word-break: keep-all; overflow-wrap: break-word;
    }
    h1, h2, h3 { color: var(--gray-95); line-height: 1.4; margin: 0; overflow-wrap: anywhere; }
    h1 { font-size: 1.75rem; }
    h2 { font-size: 1.375rem; }
    h3 { font-size: 1.1875rem; margin-top: 1.5rem; }
    p { margin: 0.5rem 0; }
    ul, ol, dl, dd { margin: 0; padding: 0; }
    ul { list-style: none; }
    code { font-size: 0.9375rem; overflow-wrap: anywhere; }
    a { color: var(--primary-60); text-underline-offset: 0.2em; }
    a:hover { color: var(--primary-70); }
    main a:visited { color: var(--visited); }
    nav a:visited, .notice a:visited { color: var(--primary-60); }
    :focus-visible { outline: 2px solid var(--gray-0); box-shadow: 0 0 0 4px var(--primary-50); border-radius: 4px; }
    main:focus { outline: none; box-shadow: none; }
    .frame { max-width: 75rem; margin: 0 auto; padding-inline: 1rem; }
    .skip { position: absolute; left: 0; top: -10rem; padding: 0.75rem 1rem; background: var(--gray-0); z-index: 1; }
    .skip:focus { top: 0; }
    .unseen {
      position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%);
      white-space: nowrap;
    }
    .top { border-bottom: 1px solid var(--gray-30); }
    .top .frame { display: flex; flex-wrap: wrap; gap: 0.5rem 1.5rem; align-items: center; padding-block: 0.75rem; }
    .top .name { font-weight: 700; font-size: 1.1875rem; color: var(--gray-95); text-decoration: none; }
    .top nav { margin-left: auto; }
    .top ul { display: flex; gap: 0.25rem; }
    .top li > * { display: inline-block; padding: 0.5rem; font-size: 0.9375rem; }
    .top [aria-current] { font-weight: 700; color: var(--gray-90); }
    .banner { background: var(--warning-5); border-bottom: 1px solid var(--warning-60); }
    .banner .frame { padding-block: 0.5rem; }
    .banner p { margin: 0.25rem 0; }
    main.frame { padding-block: 1.5rem 2.5rem; }
    .lead { color: var(--gray-70); }
    .filter ul { display: flex; flex-wrap: wrap; gap: 0.5rem; margin: 1.5rem 0; }
    .filter a {
      display: block; padding: 0.5rem 1rem; border: 1px solid var(--gray-60); border-radius: 6px;
      color: var(--gray-90); text-decoration: none;
    }
    .filter a:hover { background: var(--gray-5); }
    .filter [aria-current] {
      background: var(--primary-60); border-color: var(--primary-60); color: var(--gray-0); font-weight: 700;
    }
    .filter [aria-current]:hover { background: var(--primary-70); color: var(--gray-0); }
    .cards { display: grid; gap: 1rem; }
    .card { border: 1px solid var(--gray-30); border-radius: 12px; padding: 1.25rem; }
    .card h2 { font-size: 1.1875rem; }
    p.facts { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; color: var(--gray-70); align-items: center; }
    p.facts, .note { font-size: 0.9375rem; }
    .note { color: var(--gray-70); }
    .state {
      display: inline-block; padding: 0.125rem 0.625rem; border-radius: 4px; font-size: 0.9375rem; font-weight: 700;
      background: var(--gray-5); color: var(--gray-70); border: 1px solid currentColor;
    }
    .state.accepted, .state.selected, .state.scheduled { background: var(--information-5); color: var(--information-60); }
    .state.open { background: var(--primary-5); color: var(--primary-60); }
    .state.referred, .state.assigned { background: var(--success-5); color: var(--success-60); }
    .state.rejected { background: var(--danger-5); color: var(--danger-60); }
    .state.submitted, .state.suspended { background: var(--warning-5); color: var(--warning-60); }
    .counts { display: flex; flex-wrap: wrap; gap: 0.25rem 1.5rem; }
    .counts div { display: flex; gap: 0.5rem; align-items: baseline; }
    .counts dt { color: var(--gray-70); }
    .counts dd { font-weight: 700; font-variant-numeric: tabular-nums; }
    .counts.large { gap: 0.5rem 2.5rem; margin: 0.75rem 0; }
    .counts.large div { flex-direction: column; gap: 0; }
    .counts.large dd { font-size: 1.75rem; line-height: 1.3; }
    dl.facts { margin: 1rem 0; border-top: 1px solid var(--gray-30); }
    dl.facts > div { display: grid; gap: 0 1rem; padding: 0.625rem 0; border-bottom: 1px solid var(--gray-20); }
    dl.facts dt { color: var(--gray-70); }
    dl.facts dd { overflow-wrap: anywhere; }
    section { margin-top: 2.5rem; }
    section > h2 { padding-bottom: 0.5rem; border-bottom: 2px solid var(--gray-90); margin-bottom: 1rem; }
    .written { max-width: 45rem; overflow-wrap: anywhere; }
    .written p { margin: 1rem 0; }
    .summary { padding: 0.25rem 1.25rem; background: var(--gray-5); border-radius: 8px; margin: 1rem 0; }
    .notice {
      padding: 1rem; border: 1px solid var(--information-60); border-radius: 8px; background: var(--information-5);
    }
    [hidden] { display: none !important; }
    meter {
      display: block; width: 100%; height: 1.25rem; margin: 0.25rem 0 1rem; appearance: none;
      border: 1px solid var(--gray-60); border-radius: 4px; background: var(--gray-10); overflow: hidden;
    }
    meter::-webkit-meter-inner-element { display: grid; height: 100%; }
    meter::-webkit-meter-bar { grid-row: 1 / -1; border: 0; border-radius: 0; background: var(--gray-10); }
    meter::-webkit-meter-optimum-value { height: 100%; background: var(--primary-50); }
    meter::-moz-meter-bar { background: var(--primary-50); }
    .history { padding-left: 1.5rem; border-left: 2px solid var(--gray-30); list-style: none; }
    .history li { margin: 0 0 1.25rem; }
    .history p { margin: 0; }
    .history time { color: var(--gray-70); margin-left: 0.5rem; }
    .details { margin-top: 0.25rem; color: var(--gray-70); overflow-wrap: anywhere; }
    .scroll { overflow-x: auto; }
    table { border-collapse: collapse; width: 100%; font-size: 1rem; }
    th, td {
      text-align: left; vertical-align: top; padding: 0.5rem 0.75rem; border-bottom: 1px solid var(--gray-20);
    }
    thead th { border-bottom: 2px solid var(--gray-60); color: var(--gray-70); white-space: nowrap; }
    tbody th { font-weight: 700; }
    table.figures { max-width: 45rem; }
    .figures td, .figures thead th + th { text-align: right; font-variant-numeric: tabular-nums; }
    .late { color: var(--danger-60); }
    summary { padding: 0.5rem 0; cursor: pointer; }
    .turning ul { display: flex; flex-wrap: wrap; gap: 1rem; margin-top: 1.5rem; }
    .turning a { display: inline-block; padding: 0.5rem 0; }
    .bottom { background: var(--gray-5); border-top: 1px solid var(--gray-30); color: var(--gray-70); }
    .bottom .frame { padding-block: 1.5rem; font-size: 0.9375rem; }
    @media (min-width: 48rem) {
      h1 { font-size: 2.5rem; }
      h2 { font-size: 1.5rem; }
      dl.facts > div { grid-template-columns: 14rem 1fr; }
      .card { padding: 1.5rem; }
    }
    @media (min-width: 64rem) { .frame { padding-inline: 1.5rem; } }
    @media (forced-colors: active) { .state, .filter [aria-current] { border-width: 2px; } }
    @media print { .filter, .turning, .top nav, .skip { display: none; } }
    """
}
