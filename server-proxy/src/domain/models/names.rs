//! The names by which models can be asked for: a team's own, and none at all.

use crate::domain::priority::Task;

/// The name that stands for whatever the task's model is, as if none had been named.
pub const DEFAULT: &str = "default";

/// What names stand for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModelNames {
    /// The model for requests that name none; the first one served when absent.
    pub default: Option<String>,
    /// Tasks whose model is another one.
    pub by_task: Vec<(Task, String)>,
    /// Names of the team's own, and the model that each stands for.
    pub aliases: Vec<(String, String)>,
}

impl ModelNames {
    /// The model that a request means; `None` is the first one served.
    ///
    /// A name of the team's own wins over a model that is called the same, and may stand behind a
    /// default, but not behind another one.
    #[must_use]
    pub fn meant<'a>(&'a self, task: Option<Task>, asked: Option<&'a str>) -> Option<&'a str> {
        let asked = asked.filter(|name| *name != DEFAULT);
        let name = asked.or_else(|| self.of_task(task?)).or(self.default.as_deref())?;
        let alias = self.aliases.iter().find(|(alias, _)| alias == name);
        Some(alias.map_or(name, |(_, model)| model))
    }

    /// Every model that a request may mean without naming it, the default one first.
    pub(crate) fn unnamed(&self) -> Vec<Option<&str>> {
        let mut names = vec![self.meant(None, None)];
        for task in Task::ALL {
            let name = self.meant(Some(task), None);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    fn of_task(&self, task: Task) -> Option<&str> {
        self.by_task.iter().find(|(of, _)| *of == task).map(|(_, name)| name.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> ModelNames {
        ModelNames {
            default: Some("fast".to_owned()),
            by_task: vec![(Task::Chat, "bllossom".to_owned())],
            aliases: vec![
                ("fast".to_owned(), "qwen2.5-coder:1.5b".to_owned()),
                ("slow".to_owned(), "fast".to_owned()),
            ],
        }
    }

    fn check(task: Option<Task>, asked: Option<&str>, expected: &str) {
        assert_eq!(names().meant(task, asked), Some(expected), "{task:?} {asked:?}");
    }

    #[test]
    fn a_name_stands_for_a_model() {
        check(None, Some("fast"), "qwen2.5-coder:1.5b");
        check(Some(Task::Chat), Some("fast"), "qwen2.5-coder:1.5b");
        check(None, Some("llama3"), "llama3");
        check(None, Some("slow"), "fast");
    }

    #[test]
    fn a_task_may_have_its_own_model_when_none_is_named() {
        check(None, None, "qwen2.5-coder:1.5b");
        check(Some(Task::Completion), None, "qwen2.5-coder:1.5b");
        check(Some(Task::Chat), None, "bllossom");
        check(Some(Task::Chat), Some(DEFAULT), "bllossom");
        assert_eq!(names().unnamed(), [Some("qwen2.5-coder:1.5b"), Some("bllossom")]);
    }

    #[test]
    fn with_no_settings_it_is_the_first_one_served() {
        let names = ModelNames::default();
        assert_eq!(names.meant(Some(Task::Edit), None), None);
        assert_eq!(names.unnamed(), [None]);
    }
}
