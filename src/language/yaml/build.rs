//! From the parser's events to the tree of nodes.

use std::collections::HashMap;
use std::sync::Arc;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span, StrInput, Tag};

use super::mapping::Entries;
use super::tag::{self, Known};
use super::{Node, NodeKind, hint, scalar};
use crate::language::{Diagnostic, Place};

/// How deep lists and mappings may nest, aliases followed.
const MAX_DEPTH: usize = 200;
/// How many nodes a document may have, aliases followed: a short text can name a huge tree.
const MAX_NODES: usize = 2_000_000;

/// The one document of `text` and its warnings.
pub(super) fn document(text: &str, file: &str) -> Result<(Node, Vec<Diagnostic>), Diagnostic> {
    let builder = Builder::read(text, file, true)?;
    let start = Place::new(builder.file, 1, 1);
    Ok((builder.roots.into_iter().next().unwrap_or(Node::new(NodeKind::Null, start)), builder.warnings))
}

/// All documents of `text`.
pub(super) fn documents(text: &str, file: &str) -> Result<Vec<Node>, Diagnostic> {
    Builder::read(text, file, false).map(|builder| builder.roots)
}

/// The tree while it grows.
struct Builder {
    file: Arc<str>,
    open: Vec<Frame>,
    anchors: HashMap<usize, Anchored>,
    nodes: usize,
    /// Whether a second document is a mistake.
    single: bool,
    documents: usize,
    roots: Vec<Node>,
    warnings: Vec<Diagnostic>,
}

/// A list or mapping whose end has not come yet.
struct Frame {
    content: Content,
    anchor: usize,
    unsafe_: bool,
    is_set: bool,
    place: Place,
    nodes_before: usize,
}

enum Content {
    List(Vec<Node>),
    Map(Entries),
}

/// A node that an alias may name.
struct Anchored {
    node: Node,
    size: usize,
    height: usize,
}

impl Builder {
    fn new(file: &str, single: bool) -> Builder {
        Builder {
            file: file.into(),
            open: Vec::new(),
            anchors: HashMap::new(),
            nodes: 0,
            single,
            documents: 0,
            roots: Vec::new(),
            warnings: Vec::new(),
        }
    }

    fn read(text: &str, file: &str, single: bool) -> Result<Builder, Diagnostic> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut builder = Builder::new(file, single);
        let mut parser: Parser<'_, StrInput<'_>> = Parser::new_from_str(text);
        while let Some(event) = parser.next_event() {
            let (event, span) = event.map_err(|error| builder.syntax(&error, text))?;
            let place = builder.place(span);
            builder.event(event, place.clone()).map_err(|problem| problem.at(&place))?;
        }
        Ok(builder)
    }

    fn place(&self, span: Span) -> Place {
        let narrow = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Place::new(self.file.clone(), narrow(span.start.line()), narrow(span.start.col() + 1))
    }

    fn syntax(&self, error: &ScanError, text: &str) -> Diagnostic {
        let marker = *error.marker();
        let problem = Diagnostic::new(format!("not valid YAML: {}", error.info()));
        let problem = problem.at(&self.place(Span::empty(marker)));
        match hint::for_error(error.info(), text, marker.line()) {
            Some(hint) => problem.hint(hint),
            None => problem,
        }
    }

    fn event(&mut self, event: Event<'_>, place: Place) -> Result<(), Diagnostic> {
        match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
            Event::DocumentStart(_) => self.document(),
            Event::Scalar(text, style, anchor, tag) => self.scalar(&text, style, anchor, tag.as_deref(), place),
            Event::SequenceStart(anchor, tag) => self.start(Content::List(Vec::new()), Known::Seq, anchor, tag.as_deref(), place),
            Event::MappingStart(anchor, tag) => self.start(Content::Map(Entries::default()), Known::Map, anchor, tag.as_deref(), place),
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::Alias(id) => self.alias(id, place),
        }
    }

    fn document(&mut self) -> Result<(), Diagnostic> {
        self.documents += 1;
        match self.single && self.documents > 1 {
            false => Ok(()),
            true => Err(Diagnostic::new("a second document begins here").hint("a file holds one document: remove the ---")),
        }
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, anchor: usize, tag: Option<&Tag>, place: Place) -> Result<(), Diagnostic> {
        let plain = style == ScalarStyle::Plain && tag.is_none();
        let kind = match tag {
            Some(tag) => tag::scalar(tag::known(tag)?, text)?,
            None if plain && text == "=" => {
                return Err(Diagnostic::new("a plain = is no value in YAML 1.1").hint("quote it: \"=\""));
            }
            None if plain => scalar::plain(text),
            None => NodeKind::Str { text: text.to_string(), unsafe_: false },
        };
        self.count(1)?;
        self.finish(Node::new(kind, place), anchor, 1, plain && text == "<<")
    }

    fn start(&mut self, content: Content, own: Known, anchor: usize, tag: Option<&Tag>, place: Place) -> Result<(), Diagnostic> {
        let tag = tag.map(tag::known).transpose()?;
        let is_set = tag == Some(Known::Set) && own == Known::Map;
        if tag.is_some_and(|tag| tag != own && tag != Known::Unsafe) && !is_set {
            return Err(Diagnostic::new("this tag is for scalars, not for lists and mappings"));
        }
        self.check_depth(1)?;
        self.count(1)?;
        let unsafe_ = tag == Some(Known::Unsafe);
        self.open.push(Frame { content, anchor, unsafe_, is_set, place, nodes_before: self.nodes - 1 });
        Ok(())
    }

    fn end(&mut self) -> Result<(), Diagnostic> {
        let Some(frame) = self.open.pop() else { return Err(Diagnostic::new("nothing is open here")) };
        let kind = match frame.content {
            Content::List(items) => NodeKind::List(items),
            Content::Map(entries) => match (frame.is_set, entries.finish(&mut self.warnings)?) {
                (true, members) => NodeKind::Set(members.into_iter().map(|(member, _)| member).collect()),
                (false, entries) => NodeKind::Map(entries),
            },
        };
        let mut node = Node::new(kind, frame.place);
        if frame.unsafe_ {
            node.make_unsafe();
        }
        self.finish(node, frame.anchor, self.nodes - frame.nodes_before, false)
    }

    fn alias(&mut self, id: usize, place: Place) -> Result<(), Diagnostic> {
        let Some(anchored) = self.anchors.get(&id) else {
            return Err(Diagnostic::new("the alias names a node that contains it"));
        };
        let (size, height) = (anchored.size, anchored.height);
        self.check_depth(height)?;
        self.count(size)?;
        let node = self.anchors.get(&id).map(|a| a.node.kind.clone()).unwrap_or(NodeKind::Null);
        self.finish(Node::new(node, place), 0, size, false)
    }

    /// Puts a finished node where it belongs.
    fn finish(&mut self, node: Node, anchor: usize, size: usize, merge: bool) -> Result<(), Diagnostic> {
        if anchor != 0 {
            self.anchors.insert(anchor, Anchored { node: node.clone(), size, height: node.height() });
        }
        match self.open.last_mut() {
            Some(Frame { content: Content::List(items), .. }) => items.push(node),
            Some(Frame { content: Content::Map(entries), .. }) => entries.push(node, merge),
            None => self.roots.push(node),
        }
        Ok(())
    }

    fn count(&mut self, nodes: usize) -> Result<(), Diagnostic> {
        self.nodes += nodes;
        match self.nodes > MAX_NODES {
            true => Err(Diagnostic::new(format!("the document has more than {MAX_NODES} nodes, aliases followed"))),
            false => Ok(()),
        }
    }

    fn check_depth(&self, more: usize) -> Result<(), Diagnostic> {
        match self.open.len() + more > MAX_DEPTH {
            true => Err(Diagnostic::new(format!("lists and mappings nest deeper than {MAX_DEPTH} levels"))),
            false => Ok(()),
        }
    }
}
