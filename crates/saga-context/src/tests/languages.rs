//! Every row of the language table over source as people write it, with either line end, and over
//! source that is being written.

mod compiled;
mod data;
mod half_written;
mod scripts;

use expect_test::{Expect, expect};
use saga_domain::{ByteOffset, Span};

use super::parse;
use crate::{DocumentLimits, Documents, Snapshot, cursor_place};

fn check(language_id: &str, source: &str, expected: Expect) {
    let out = describe(language_id, source);
    expected.assert_eq(&out);
    assert_eq!(describe(language_id, &source.replace('\n', "\r\n")), out, "with CRLF");
}

fn describe(language_id: &str, source: &str) -> String {
    let mut documents = Documents::new(DocumentLimits::USUAL);
    documents.open("a", "a", language_id, 1, source).unwrap();
    parse(&mut documents, "a");
    let doc = documents.get("a").unwrap();
    let syntax = doc.syntax.as_ref().expect("the row loads");
    assert!(!syntax.tree.root_node().has_error(), "the sample is whole");

    let mut out = String::new();
    for import in syntax.outline.imports() {
        out.push_str(&format!("import: {import}\n"));
    }
    for definition in syntax.outline.definitions() {
        let local = if definition.is_local { "local: " } else { "" };
        out.push_str(&format!("{local}{}\n", definition.text));
    }
    out.push_str(&format!("comments and strings: {}\n", quiet_words(&doc).join(" ")));
    out
}

/// The first word of each comment and string.
fn quiet_words(doc: &Snapshot) -> Vec<String> {
    let text = doc.text(Span::new(0, usize::MAX));
    let mut words = Vec::new();
    let mut was_quiet = false;
    for (at, c) in text.char_indices() {
        let place = cursor_place(doc, ByteOffset(at));
        let is_quiet = place.in_comment || place.in_string;
        if c.is_alphanumeric() && is_quiet && !was_quiet {
            let word = text[at..].split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
            words.push(word.to_owned());
        }
        was_quiet = is_quiet && (was_quiet || c.is_alphanumeric());
    }
    words
}

#[test]
fn every_row_loads() {
    for row in &crate::languages::LANGUAGES {
        assert!(row.load().is_some(), "{:?}: its query does not fit its grammar", row.ids);
    }
}

#[test]
fn python() {
    check(
        "python",
        include_str!("samples/python.txt"),
        expect![[r#"
            import: from __future__ import annotations
            import: import csv
            import: import logging as log
            import: from dataclasses import dataclass, field
            import: from decimal import (
                ROUND_HALF_UP,
                Decimal,
            )
            import: from pathlib import Path
            import: from typing import Generic, Iterable, TypeVar
            T = TypeVar("T")
            CENT: Decimal = Decimal("0.01")
            # A line that cannot be read.
            class OrderError(ValueError)
            # One line of an order.
            class Order
            class Order
                def total(self) -> Decimal
            class Order
                def from_row(cls, row: dict[str, str]) -> "Order"
            class Box(Generic[T])
                def __init__(self, items: Iterable[T], *, limit: int | None = None) -> None
            class Box(Generic[T])
                async def drain(self)
            # Reads a file of orders.
            def read(path: Path, *, encoding: str = "utf-8") -> list[Order]
            # 합계를 한 줄로.
            def summary(orders: Iterable[Order]) -> str
            local: def line(order: Order) -> str
            comments and strings: 주문을 T 0 A One Order name price count 1 row Reads One utf 합계를 n n main orders
        "#]],
    );
}

#[test]
fn typescript() {
    check(
        "typescript",
        include_str!("samples/typescript.txt"),
        expect![[r#"
            import: import { readFile } from 'node:fs/promises'
            import: import type { Logger } from './logger'
            import: import * as path from 'node:path'
            // 서버에서 온 응답.
            interface Reply<T> {
              ok: boolean
              value?: T
            }
            type Handler<T> = (reply: Reply<T>) => Promise<void>
            enum Level {
              Low = 'low',
              High = 'high',
            }
            const RETRIES = 3
            let current: Level = Level.Low
            function external(name: string): void
            // Keeps handlers by name.
            class Registry<T> extends Base implements Disposable
                constructor(private readonly logger: Logger, readonly level = Level.Low)
            // Adds one.
            class Registry<T> extends Base implements Disposable
                add(name: string, handler: Handler<T>): this
            class Registry<T> extends Base implements Disposable
                get size(): number
            class Registry<T> extends Base implements Disposable
                private readonly log = (text: string): void
            class Registry<T> extends Base implements Disposable
                async *[Symbol.asyncIterator](): AsyncGenerator<Handler<T>>
            abstract class Shape
            abstract class Shape
                abstract area(scale: number): number
            namespace Text
            namespace Text
                function trim(value: string): string
            async function load<T>(file: string, parse: (text: string) => T): Promise<T>
            local: const once = (value: string)
            const retry = async <T>(work: () => Promise<T>, times = RETRIES): Promise<T>
            const legacy = function (a: number)
            function* count(to: number)
            comments and strings: node logger node 서버에서 low high Keeps Adds s utf8
        "#]],
    );
}

#[test]
fn typescriptreact() {
    check(
        "typescriptreact",
        include_str!("samples/typescriptreact.txt"),
        expect![[r#"
        import: import { type ReactNode, useState } from 'react'
        import: import styles from './panel.module.css'
        type Props = {
          title: string
          children?: ReactNode
        }
        // 접을 수 있는 패널
        function Panel({ title, children }: Props)
        local: const toggle = ()
        const List = <T,>({ items, render }: { items: T[]; render: (item: T) => ReactNode })
        class Legacy extends React.Component<Props>
        class Legacy extends React.Component<Props>
            render()
        comments and strings: react panel 접을 panel The button
    "#]],
    );
}

#[test]
fn javascript() {
    check(
        "javascript",
        include_str!("samples/javascript.txt"),
        expect![[r#"
        import: import { EventEmitter } from 'node:events'
        import: import fs from 'node:fs'
        const fromRequire = require('./old')
        var counter = 0
        // 작업을 순서대로 실행한다.
        class Queue extends EventEmitter
            constructor(limit)
        class Queue extends EventEmitter
            onDone = (task)
        class Queue extends EventEmitter
            async run(task)
        class Queue extends EventEmitter
            static of(...tasks)
        // Reads a file
        async function lines(file)
        const add = (a, b)
        comments and strings: use node node old 작업을 done Reads utf8 r
    "#]],
    );
}

#[test]
fn javascriptreact() {
    check(
        "javascriptreact",
        include_str!("samples/javascriptreact.txt"),
        expect![[r#"
        import: import React from 'react'
        // A button that counts.
        const Counter = ({ start = 0 })
        function App()
        comments and strings: react A
    "#]],
    );
}

#[test]
fn rust() {
    check(
        "rust",
        include_str!("samples/rust.txt"),
        expect![[r#"
            import: use std::collections::HashMap;
            import: use std::fmt::{self, Display};
            import: extern crate alloc;
            // Bytes a line may have.
            pub const LINE_BYTES_MAX: usize = 4096;
            static SEEN: AtomicUsize = AtomicUsize::new(0);
            pub type Result<T> = std::result::Result<T, Error>;
            // Why a line was refused.
            pub enum Error {
                TooLong { bytes: usize },
                Io(std::io::Error),
            }
            pub struct Reader<'a, R> {
                source: &'a mut R,
                line: String,
            }
            pub struct Unit;
            // Gives lines.
            pub trait Lines
            // The next line, if any.
            pub trait Lines
                fn next_line(&mut self) -> Option<Self::Line>
            pub trait Lines
                fn count(mut self) -> usize where Self: Sized
            impl<'a, R: Read> Reader<'a, R>
                pub fn new(source: &'a mut R) -> Self
            impl<'a, R: Read> Reader<'a, R>
                pub(crate) async fn read<F>(&mut self, mut each: F) -> Result<()> where F: FnMut(&str)
            impl Display for Error
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result
            macro_rules! square {
            mod inner
                pub(super) fn helper(map: &HashMap<String, u32>) -> u32
            mod tests
                fn squares()
            comments and strings: 텍스트를 Bytes Why Gives The a raw bytes too A
        "#]],
    );
}
