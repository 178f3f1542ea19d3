/** The page's document: two files of ours, one script by its nonce, and nothing else at all. */

export interface PageFiles {
  script: string;
  style: string;
  /** Where the page's own files come from, as a source of its policy. */
  source: string;
  nonce: string;
  language: string;
}

export function pageHtml({ script, style, source, nonce, language }: PageFiles): string {
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${source}; font-src ${source}`;
  return `<!DOCTYPE html>
<html lang="${language}">
<head>
  <meta charset="utf-8">
  <meta http-equiv="Content-Security-Policy" content="${policy}">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <link rel="stylesheet" href="${style}">
  <title>CodeSaga</title>
</head>
<body>
  <div id="chat"></div>
  <script nonce="${nonce}" src="${script}"></script>
</body>
</html>`;
}
