use proptest::prelude::*;

use super::*;

fn boxed(kind: &[u8], content: &[u8]) -> Vec<u8> {
    let size = u32::try_from(content.len() + 8).unwrap().to_be_bytes();
    [&size[..], kind, content].concat()
}

fn mvhd(timescale: u32, duration: u32) -> Vec<u8> {
    let times = [0, 0, 0, 0, 0xe1, 0x01, 0x02, 0x03, 0xe1, 0x01, 0x02, 0x04];
    boxed(
        b"mvhd",
        &[&times[..], &timescale.to_be_bytes(), &duration.to_be_bytes(), &[0; 80]].concat(),
    )
}

fn tkhd(width: u32, height: u32, turned: bool) -> Vec<u8> {
    let mut content = vec![0; 84];
    content[4..12].copy_from_slice(&[0xe1, 1, 2, 3, 0xe1, 1, 2, 4]);
    if !turned {
        content[41] = 1;
        content[57] = 1;
    }
    content[76..80].copy_from_slice(&(width << 16).to_be_bytes());
    content[80..84].copy_from_slice(&(height << 16).to_be_bytes());
    boxed(b"tkhd", &content)
}

fn trak(handler: &[u8], head: &[u8]) -> Vec<u8> {
    let mdhd = boxed(
        b"mdhd",
        &[&[0, 0, 0, 0, 0xe1, 1, 2, 3, 0xe1, 1, 2, 4][..], &[0; 12]].concat(),
    );
    let hdlr = boxed(b"hdlr", &[&[0; 8][..], handler, &[0; 13]].concat());
    let minf = boxed(b"minf", &boxed(b"stbl", b"SAMPLES"));
    let mdia = boxed(b"mdia", &[mdhd, hdlr, minf].concat());
    let udta = boxed(b"udta", &boxed(b"\xa9xyz", b"+43.6045+001.4440/"));
    boxed(b"trak", &[head, &mdia, &udta].concat())
}

fn moov(parts: &[Vec<u8>]) -> Vec<u8> {
    boxed(b"moov", &parts.concat())
}

fn film() -> Vec<u8> {
    let place = boxed(b"udta", &boxed(b"\xa9xyz", b"+43.6045+001.4440/"));
    let phone = boxed(
        b"meta",
        b"com.apple.quicktime.location.ISO6709 +43.6045 iPhone of Jeanne",
    );
    let xmp = boxed(
        b"uuid",
        b"\xbe\x7a\xcf\xcb\x97\xa9\x42\xe8<x:xmpmeta>Jeanne</x:xmpmeta>",
    );
    let positions = trak(b"meta", &tkhd(0, 0, false));
    let sound = trak(b"soun", &tkhd(0, 0, false));
    moov(&[
        mvhd(600, 75_600),
        trak(b"vide", &tkhd(1920, 1080, false)),
        sound,
        positions,
        place,
        phone,
        xmp,
    ])
}

#[test]
fn a_video_is_measured_and_keeps_its_length() {
    let mut film = film();
    let length = film.len();
    let seen = movie(&mut film).unwrap();
    assert_eq!(
        seen,
        Movie {
            duration_ms: 126_000,
            width: 1920,
            height: 1080
        }
    );
    assert_eq!(film.len(), length, "nothing has moved");
    let samples = film.windows(7).filter(|run| *run == b"SAMPLES").count();
    assert_eq!(
        samples, 2,
        "the picture and the sound play on; what measured positions is gone"
    );
    for told in [&b"43.6045"[..], b"Jeanne", b"\xe1\x01\x02", b"xyz"] {
        assert!(
            !film.windows(told.len()).any(|run| run == told),
            "{}",
            told.escape_ascii()
        );
    }
    let again = movie(&mut film).unwrap();
    assert_eq!(again, seen, "what is left is a video still");
}

#[test]
fn a_telephone_held_upright_films_upright() {
    let seen = movie(&mut moov(&[mvhd(1000, 5000), trak(b"vide", &tkhd(1920, 1080, true))])).unwrap();
    assert_eq!((seen.width, seen.height), (1080, 1920));
}

#[test]
fn a_video_in_fragments_says_its_length_elsewhere() {
    let mvex = boxed(b"mvex", &boxed(b"mehd", &[0, 0, 0, 0, 0, 0, 0x27, 0x10]));
    let seen = movie(&mut moov(&[mvhd(1000, 0), trak(b"vide", &tkhd(640, 360, false)), mvex])).unwrap();
    assert_eq!(seen.duration_ms, 10_000);
}

#[test]
fn the_longer_forms_are_read() {
    let times = [0xe1_u8; 16];
    let long = [
        &[1, 0, 0, 0][..],
        &times,
        &1000_u32.to_be_bytes(),
        &9000_u64.to_be_bytes(),
        &[0; 80],
    ]
    .concat();
    let mut head = vec![0; 96];
    (head[0], head[53], head[69]) = (1, 1, 1);
    head[4..20].copy_from_slice(&times);
    head[88..92].copy_from_slice(&(320_u32 << 16).to_be_bytes());
    head[92..96].copy_from_slice(&(240_u32 << 16).to_be_bytes());
    let mut film = moov(&[boxed(b"mvhd", &long), trak(b"vide", &boxed(b"tkhd", &head))]);
    assert_eq!(
        movie(&mut film),
        Ok(Movie {
            duration_ms: 9000,
            width: 320,
            height: 240
        })
    );
    assert!(!film.windows(4).any(|run| run == [0xe1; 4]));
}

#[test]
fn what_breaks_the_rules_is_refused() {
    let sound = moov(&[mvhd(600, 600), trak(b"soun", &tkhd(0, 0, false))]);
    let vast = moov(&[mvhd(600, 600), trak(b"vide", &tkhd(20_000, 20_000, false))]);
    let flat = moov(&[mvhd(600, 600), trak(b"vide", &tkhd(0, 1080, false))]);
    let mut lying = film();
    lying[11] = 0xff;
    let mut inside = film();
    inside[8..12].copy_from_slice(&u32::MAX.to_be_bytes());
    for (name, mut film, flaw) in [
        ("no picture", sound, Flaw::NoPicture),
        ("20,000 pixels", vast, Flaw::TooWide(MAX_SIDE)),
        ("a side of nothing", flat, Flaw::TooWide(MAX_SIDE)),
        ("a box that is longer than its parent", inside, Flaw::Damaged),
        ("a box that ends within another", lying, Flaw::Damaged),
        ("half of it", film()[..film().len() / 2].to_vec(), Flaw::Damaged),
        ("a head alone", b"\0\0\0\x08moov".to_vec(), Flaw::NoPicture),
        ("nothing", Vec::new(), Flaw::Damaged),
    ] {
        assert_eq!(movie(&mut film), Err(flaw), "{name}");
    }
}

#[test]
fn a_head_says_how_long_a_box_is_and_is_not_believed_beyond_the_file() {
    let head = |bytes: &[u8], left| super::head(bytes, left).map(|head| (head.own, head.size));
    assert_eq!(head(b"\0\0\0\x10mdat", 16), Ok((8, 16)));
    assert_eq!(head(b"\0\0\0\0mdat", 900), Ok((8, 900)));
    assert_eq!(head(b"\0\0\0\x01mdat\0\0\0\x01\0\0\0\0", 1 << 40), Ok((16, 1 << 32)));
    for wrong in [
        &b"\0\0\0\x07mdat"[..],
        b"\0\0\0\x01mdat\0\0\0\0\0\0\0\x0f",
        b"\0\0\0\x01mdat",
        b"\0\0\0\x20mdat",
        b"\0\0\0",
    ] {
        assert_eq!(head(wrong, 31), Err(Flaw::Damaged), "{}", wrong.escape_ascii());
    }
}

proptest! {
    #[test]
    fn no_damage_makes_it_panic_or_longer(hits in proptest::collection::vec((0_usize..4096, any::<u8>()), 0..24), cut in 0_usize..4096) {
        let mut damaged = film();
        for (at, byte) in hits {
            let at = at % damaged.len();
            damaged[at] = byte;
        }
        damaged.truncate(cut.max(8));
        let length = damaged.len();
        let _ = movie(&mut damaged);
        prop_assert_eq!(damaged.len(), length);
    }
}
