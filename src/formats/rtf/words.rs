//! The control words of RTF that matter for its text (Rich Text Format Specification 1.9.1).

/// Where the text of a group goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dest {
    /// The text of the document.
    Text,
    /// Nowhere: it says how something looks.
    Skip,
    /// The list of fonts, with their code pages.
    Fonts,
    /// A value under this name.
    Value(&'static str),
    /// The name of a property that a person made up.
    PropertyName,
    /// Its value.
    PropertyValue,
    /// The code of a field.
    Code,
    /// The value of a shape's property.
    Shape,
    /// A note, a comment, a text box, a header: lines of their own.
    Aside,
    /// Hex digits of an embedded object.
    Object,
    /// A picture.
    Picture,
}

/// What a control word makes of its group; `None` if it is no destination that is known.
pub(super) fn destination(word: &str) -> Option<Dest> {
    Some(match word {
        "fonttbl" => Dest::Fonts,
        "colortbl" | "stylesheet" | "listtable" | "listoverridetable" | "themedata" | "colorschememapping"
        | "latentstyles" | "datastore" | "xmlnstbl" | "rsidtbl" | "generator" | "pgdsctbl" | "listtext" | "pntext"
        | "mmathPr" | "nonshppict" | "shprslt" | "bkmkstart" | "bkmkend" | "filetbl" | "nonesttables" | "sn"
        | "creatim" | "revtim" | "printim" | "buptim" | "atnid" | "atndate" | "atnref" | "atrfstart" | "atrfend"
        | "objclass" | "blipuid" | "picprop" | "pgptbl" | "upr" => Dest::Skip,
        "pict" => Dest::Picture,
        "objdata" => Dest::Object,
        "fldinst" => Dest::Code,
        "sv" => Dest::Shape,
        "footnote" | "annotation" | "header" | "headerl" | "headerr" | "headerf" | "footer" | "footerl" | "footerr"
        | "footerf" | "shptxt" | "dptxbxtext" => Dest::Aside,
        "title" => Dest::Value("title"),
        "subject" => Dest::Value("subject"),
        "author" | "atnauthor" | "revtbl" => Dest::Value("author"),
        "operator" => Dest::Value("last modified by"),
        "manager" => Dest::Value("manager"),
        "company" => Dest::Value("company"),
        "category" => Dest::Value("category"),
        "keywords" => Dest::Value("keywords"),
        "comment" | "doccomm" => Dest::Value("comments"),
        "hlinkbase" => Dest::Value("link base"),
        "propname" => Dest::PropertyName,
        "staticval" => Dest::PropertyValue,
        // Groups whose text is that of the document, though older programs pass over them.
        "shpinst" | "shppict" | "fldrslt" | "nesttableprops" | "info" | "userprops" | "result" | "object" | "field" => {
            return None;
        }
        _ => return None,
    })
}

/// Whether a group marked `\*` is known, though it has no destination of its own.
pub(super) fn is_transparent(word: &str) -> bool {
    matches!(word, "shpinst" | "shppict" | "nesttableprops" | "userprops" | "ud" | "field" | "do")
}

/// A word that stands for a character.
pub(super) fn character(word: &str) -> Option<char> {
    Some(match word {
        "tab" => '\t',
        "line" | "lbr" | "column" => '\n',
        "emdash" => '—',
        "endash" => '–',
        "bullet" => '•',
        "lquote" => '‘',
        "rquote" => '’',
        "ldblquote" => '“',
        "rdblquote" => '”',
        "emspace" | "enspace" | "qmspace" => ' ',
        _ => return None,
    })
}

/// The code page of a font's character set; `None` where it is that of the document.
pub(super) fn page_of(charset: i32) -> Option<u16> {
    Some(match charset {
        77 => 10_000,
        128 | 78 => 932,
        129 => 949,
        134 => 936,
        136 => 950,
        161 => 1253,
        162 => 1254,
        163 => 1258,
        177 => 1255,
        178 => 1256,
        186 => 1257,
        204 => 1251,
        222 => 874,
        238 => 1250,
        _ => return None,
    })
}
