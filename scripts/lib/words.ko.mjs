// The Korean sentences of the scripts, by their English ones.

export const korean = {
  "Install the editor (VS Code in the browser)": "편집기 설치 (브라우저용 VS Code)",
  "Install the browser": "브라우저 설치",
  "Install Redis": "Redis 설치",
  "Install the small model (about 130 MB)": "작은 모델 설치 (약 130 MB)",
};
