//! The view: a server's state as it was told, drawn into cells. Knows no terminal and no network.

use std::collections::VecDeque;

use ratatui::buffer::Buffer;
use ratatui::layout::{Alignment, Constraint, Layout, Rect};
use ratatui::style::{Color, Style, Stylize as _};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Cell, Paragraph, Row, Sparkline, Table, Widget};
use saga_protocol::instances::{Instance, InstanceStatus};
use saga_protocol::ready::ReadyStatus;
use saga_protocol::state::{Lane, ServerState, UserState};

use crate::config::Language;

/// Paces that are remembered for the curve: more than any terminal is wide.
const PACES_MAX: usize = 512;

/// Lines of instances before the rest is only counted.
const INSTANCES_MAX: usize = 4;

/// What was seen so far.
#[derive(Debug, Default)]
pub(super) struct Seen {
    state: Option<ServerState>,
    /// Why the last try told nothing.
    pub(super) trouble: Option<String>,
    paces: VecDeque<u64>,
}

impl Seen {
    /// What the server told, or why it did not.
    pub(super) fn take(&mut self, told: Result<ServerState, String>) {
        match told {
            Ok(state) => {
                if self.paces.len() == PACES_MAX {
                    self.paces.pop_front();
                }
                // Never negative and far from what an integer holds.
                self.paces.push_back(state.last_minute.tokens_per_second.round() as u64);
                self.state = Some(state);
                self.trouble = None;
            }
            Err(trouble) => self.trouble = Some(trouble),
        }
    }
}

/// Draws everything that fits.
pub(super) fn draw(buffer: &mut Buffer, seen: &Seen, language: Language) {
    let area = buffer.area;
    let bottom = footer(seen, language);
    let Some(state) = &seen.state else {
        bottom.render(area, buffer);
        return;
    };
    let lanes = shown_lanes(state);
    let instances = state.instances.as_deref().unwrap_or_default();
    let heights = [
        Constraint::Length(3),
        Constraint::Length(framed(lanes.len())),
        Constraint::Length(framed(instances.len().clamp(1, INSTANCES_MAX))),
        Constraint::Fill(1),
        Constraint::Length(1),
    ];
    let [head, middle, below, rest, foot] = Layout::vertical(heights).areas(area);
    Paragraph::new(headlines(state, language)).render(head, buffer);
    let [left, right] =
        Layout::horizontal([Constraint::Length(46), Constraint::Fill(1)]).areas(middle);
    draw_queue(buffer, left, &lanes, language);
    draw_pace(buffer, right, seen, state, language);
    draw_instances(buffer, below, instances, language);
    draw_users(buffer, rest, state.users.as_deref().unwrap_or_default(), language);
    bottom.render(foot, buffer);
}

/// Lines of a table with its border and headings.
fn framed(lines: usize) -> u16 {
    u16::try_from(lines + 3).unwrap_or(u16::MAX)
}

fn headlines(state: &ServerState, language: Language) -> Vec<Line<'static>> {
    let (standing, color) = match state.status {
        ReadyStatus::Ready => (language.choose("ready", "준비됨"), Color::Green),
        ReadyStatus::Loading => (language.choose("loading", "불러오는 중"), Color::Yellow),
        ReadyStatus::Unavailable => (language.choose("unavailable", "응답 없음"), Color::Red),
        ReadyStatus::Draining => (language.choose("shutting down", "종료하는 중"), Color::Yellow),
    };
    let total = |count: fn(&Lane) -> u32| state.queue.iter().map(count).sum::<u32>();
    let (waiting, in_flight) = (total(|lane| lane.waiting), total(|lane| lane.in_flight));
    let minute = &state.last_minute;
    let (done, failed, cancelled) = (minute.done, minute.failed, minute.cancelled);
    let first = minute.first_text_ms.map_or("–".to_owned(), millis);
    let up = span(state.uptime_seconds, language);
    let now = language.choose(
        format!("{in_flight} in flight, {waiting} waiting · first text {first}"),
        format!("답하는 중 {in_flight}, 대기 {waiting} · 첫 글자 {first}"),
    );
    let ended = language.choose(
        format!("last minute: {done} done, {failed} failed, {cancelled} let go"),
        format!("최근 1분: 완료 {done}, 실패 {failed}, 중단 {cancelled}"),
    );
    vec![
        Line::from(vec![
            format!("CodeSaga {}  ", state.version).bold(),
            Span::styled(standing, Style::new().fg(color).bold()),
            format!("  {}", state.model.as_deref().unwrap_or("–")).into(),
            language.choose(format!("  up {up}"), format!("  {up}째")).dim(),
            match state.memory.as_str() {
                "degraded" => language.choose("  memory degraded", "  기억 끊김").red(),
                _ => "".into(),
            },
        ]),
        Line::from(now),
        Line::from(ended),
    ]
}

/// Kinds of work that hardly ever happen take a line only while they do.
fn shown_lanes(state: &ServerState) -> Vec<&Lane> {
    let is_usual = |lane: &Lane| lane.task == "completion" || lane.class == "invoke";
    state.queue.iter().filter(|lane| is_usual(lane) || lane.waiting + lane.in_flight > 0).collect()
}

fn draw_queue(buffer: &mut Buffer, area: Rect, lanes: &[&Lane], language: Language) {
    let rows = lanes.iter().map(|lane| {
        let kind = format!("{} · {}", lane.task, lane.class);
        let row = Row::new([Cell::from(kind), right(lane.waiting), right(lane.in_flight)]);
        if lane.waiting + lane.in_flight == 0 { row.dim() } else { row }
    });
    let heads = language.choose(["", "waiting", "in flight"], ["", "대기", "답하는 중"]);
    let widths = [Constraint::Fill(1), Constraint::Length(8), Constraint::Length(10)];
    table(rows, widths, heads, language.choose("Queue", "대기열")).render(area, buffer);
}

fn draw_pace(
    buffer: &mut Buffer,
    area: Rect,
    seen: &Seen,
    state: &ServerState,
    language: Language,
) {
    let pace = state.last_minute.tokens_per_second;
    let title = language.choose(format!("{pace:.1} tokens/s"), format!("초당 {pace:.1} 토큰"));
    let block = Block::bordered().title(title).border_style(Style::new().dim());
    let inner = block.inner(area);
    block.render(area, buffer);
    // The newest stands at the right edge.
    let skipped = seen.paces.len().saturating_sub(usize::from(inner.width));
    let paces: Vec<u64> = seen.paces.iter().skip(skipped).copied().collect();
    Sparkline::default().data(&paces).style(Style::new().fg(Color::Blue)).render(inner, buffer);
}

fn draw_instances(buffer: &mut Buffer, area: Rect, instances: &[Instance], language: Language) {
    let rows = instances.iter().take(INSTANCES_MAX).map(|instance| {
        let (standing, color) = match instance.status {
            InstanceStatus::Active => (language.choose("answers", "응답함"), Color::Green),
            InstanceStatus::Inactive => (language.choose("silent", "응답 없음"), Color::Red),
            InstanceStatus::Updating => (language.choose("loads", "불러오는 중"), Color::Yellow),
        };
        let metrics = &instance.performance_metrics;
        let share = metrics.accuracy.map(|share| format!("{:.0}%", share * 100.0));
        Row::new([
            Cell::from(instance.model_name.clone()),
            Cell::from(standing).style(Style::new().fg(color)),
            right(metrics.response_time.map_or("–".to_owned(), millis)),
            right(share.unwrap_or_else(|| "–".to_owned())),
        ])
    });
    let heads = language.choose(
        ["model", "state", "first piece", "accepted"],
        ["모델", "상태", "첫 조각", "수락률"],
    );
    let widths = [
        Constraint::Fill(1),
        Constraint::Length(12),
        Constraint::Length(12),
        Constraint::Length(9),
    ];
    let more = instances.len().saturating_sub(INSTANCES_MAX);
    let title = match (language, more) {
        (Language::English, 0) => "Instances".to_owned(),
        (Language::English, more) => format!("Instances, {more} more"),
        (Language::Korean, 0) => "인스턴스".to_owned(),
        (Language::Korean, more) => format!("인스턴스, {more}개 더"),
    };
    table(rows, widths, heads, title).render(area, buffer);
}

fn draw_users(buffer: &mut Buffer, area: Rect, users: &[UserState], language: Language) {
    let rows = users.iter().map(|user| {
        let row = Row::new([
            Cell::from(format!("{} ({})", user.user, user.tenant)),
            right(user.waiting),
            right(user.in_flight),
            right(user.answers),
            right(user.tokens),
            right(span(user.idle_seconds, language)),
        ]);
        if user.waiting + user.in_flight == 0 { row.dim() } else { row }
    });
    let heads = language.choose(
        ["user", "waiting", "in flight", "answers", "tokens", "idle"],
        ["사용자", "대기", "답하는 중", "답변", "토큰", "쉰 시간"],
    );
    let widths = [
        Constraint::Fill(1),
        Constraint::Length(8),
        Constraint::Length(10),
        Constraint::Length(9),
        Constraint::Length(11),
        Constraint::Length(9),
    ];
    table(rows, widths, heads, language.choose("Users", "사용자")).render(area, buffer);
}

fn table<'a, const COLUMNS: usize>(
    rows: impl IntoIterator<Item = Row<'a>>,
    widths: [Constraint; COLUMNS],
    heads: [&'a str; COLUMNS],
    title: impl Into<Line<'a>>,
) -> Table<'a> {
    let heads = heads.into_iter().enumerate().map(|(column, head)| {
        // Names stand left, numbers right, as their headings.
        let is_name = column == 0 || matches!(head, "state" | "상태");
        if is_name { Cell::from(head) } else { right(head) }
    });
    let block = Block::bordered().title(title).border_style(Style::new().dim());
    Table::new(rows, widths).header(Row::new(heads).dim()).block(block).column_spacing(1)
}

fn right<'a>(value: impl ToString) -> Cell<'a> {
    Cell::from(Line::from(value.to_string()).alignment(Alignment::Right))
}

fn footer(seen: &Seen, language: Language) -> Line<'static> {
    match &seen.trouble {
        Some(trouble) => Line::from(trouble.clone().red()),
        None => Line::from(language.choose("q quits", "q를 누르면 끝나요").dim()),
    }
}

fn millis(value: f64) -> String {
    if value < 1000.0 { format!("{value:.0} ms") } else { format!("{:.1} s", value / 1000.0) }
}

/// A span of time in its largest unit.
fn span(seconds: u64, language: Language) -> String {
    let (count, english, korean) = match seconds {
        0..90 => (seconds, "s", "초"),
        90..5400 => (seconds / 60, "min", "분"),
        5400..129_600 => (seconds / 3600, "h", "시간"),
        _ => (seconds / 86_400, "d", "일"),
    };
    format!("{count}{}", language.choose(format!(" {english}"), korean.to_owned()))
}
