// Reads what a Gurulog instance gave out over HTTP and checks it with golang.org/x/mod/sumdb, an implementation of signed
// notes, Merkle proofs and tiles that knows nothing of ours. Prints counts as JSON; ends with 1 at the first refusal.
package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type input struct {
	Keys        []string
	Checkpoints []string
	Inclusion   []struct {
		Index int64
		Entry string
		Path  []string
		Size  int64
	}
	Consistency []struct {
		From, To         int64
		FromRoot, ToRoot string
		Path             []string
	}
}

func check(err error, what string, args ...any) {
	if err != nil {
		fmt.Fprintln(os.Stderr, fmt.Sprintf(what, args...)+":", err)
		os.Exit(1)
	}
}

func hashOf(text string) tlog.Hash {
	hash, err := tlog.ParseHash(text)
	check(err, "hash %q", text)
	return hash
}

func pathOf(texts []string) []tlog.Hash {
	path := []tlog.Hash{}
	for _, text := range texts {
		path = append(path, hashOf(text))
	}
	return path
}

// openCheckpoint opens a note and reads the three lines of a C2SP checkpoint.
func openCheckpoint(text string, verifiers note.Verifiers) (tlog.Tree, error) {
	opened, err := note.Open([]byte(text), verifiers)
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	return tlog.Tree{N: size, Hash: hashOf(lines[2])}, nil
}

// tiles reads the tiles from files named as C2SP tlog-tiles names them: without the height in the path.
type tiles struct {
	dir  string
	read map[string]bool
}

func (t *tiles) Height() int { return 8 }

func (t *tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	data := [][]byte{}
	for _, tile := range wanted {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		bytes, err := os.ReadFile(filepath.Join(t.dir, path))
		if err != nil {
			return nil, err
		}
		t.read[path] = true
		data = append(data, bytes)
	}
	return data, nil
}

func (t *tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func main() {
	dir := os.Args[1]
	text, err := os.ReadFile(filepath.Join(dir, "input.json"))
	check(err, "input")
	var in input
	check(json.Unmarshal(text, &in), "input")

	counts := map[string]int{}
	verifiers := []note.Verifier{}
	for _, key := range in.Keys {
		verifier, err := note.NewVerifier(key)
		check(err, "key %q", key)
		verifiers = append(verifiers, verifier)
		counts["keys"]++
	}
	known := note.VerifierList(verifiers...)
	trees := map[int64]tlog.Tree{}
	newest := tlog.Tree{}
	for _, checkpoint := range in.Checkpoints {
		tree, err := openCheckpoint(checkpoint, known)
		check(err, "checkpoint")
		trees[tree.N] = tree
		if tree.N > newest.N {
			newest = tree
		}
		counts["checkpoints"]++
		changed := strings.Replace(checkpoint, fmt.Sprintf("\n%d\n", tree.N), fmt.Sprintf("\n%d\n", tree.N+1), 1)
		if _, err := openCheckpoint(changed, known); err == nil {
			check(fmt.Errorf("accepted"), "a changed checkpoint")
		}
		counts["changed checkpoints refused"]++
	}

	for _, proof := range in.Inclusion {
		entry, err := base64.StdEncoding.DecodeString(proof.Entry)
		check(err, "entry")
		leaf, path, tree := tlog.RecordHash(entry), tlog.RecordProof(pathOf(proof.Path)), trees[proof.Size]
		check(tlog.CheckRecord(path, tree.N, tree.Hash, proof.Index, leaf), "inclusion of %d", proof.Index)
		counts["inclusion proofs"]++
		leaf[0] ^= 1
		if tlog.CheckRecord(path, tree.N, tree.Hash, proof.Index, leaf) == nil {
			check(fmt.Errorf("accepted"), "a changed event")
		}
		counts["changed events refused"]++
	}

	for _, proof := range in.Consistency {
		path, from, to := tlog.TreeProof(pathOf(proof.Path)), hashOf(proof.FromRoot), hashOf(proof.ToRoot)
		if tree, ok := trees[proof.To]; ok && tree.Hash != to {
			check(fmt.Errorf("another root than the checkpoint's"), "consistency %d %d", proof.From, proof.To)
		}
		check(tlog.CheckTree(path, proof.To, to, proof.From, from), "consistency %d %d", proof.From, proof.To)
		counts["consistency proofs"]++
		from[31] ^= 1
		if tlog.CheckTree(path, proof.To, to, proof.From, from) == nil {
			check(fmt.Errorf("accepted"), "a changed root")
		}
		counts["changed roots refused"]++
	}

	// The reader checks each tile against the checkpoint's root; the proofs it makes of them must be ours.
	source := &tiles{dir, map[string]bool{}}
	reader := tlog.TileHashReader(newest, source)
	for _, proof := range in.Inclusion {
		if proof.Size != newest.N {
			continue
		}
		made, err := tlog.ProveRecord(newest.N, proof.Index, reader)
		check(err, "tiles under %d", proof.Index)
		if fmt.Sprint(made) != fmt.Sprint(tlog.RecordProof(pathOf(proof.Path))) {
			check(fmt.Errorf("another path"), "inclusion of %d by tiles", proof.Index)
		}
		counts["inclusion proofs made of tiles"]++
	}
	for _, proof := range in.Consistency {
		if proof.To != newest.N {
			continue
		}
		made, err := tlog.ProveTree(newest.N, proof.From, reader)
		check(err, "tiles from %d", proof.From)
		if fmt.Sprint(made) != fmt.Sprint(tlog.TreeProof(pathOf(proof.Path))) {
			check(fmt.Errorf("another path"), "consistency of %d by tiles", proof.From)
		}
		counts["consistency proofs made of tiles"]++
	}
	counts["tiles"] = len(source.read)
	out, _ := json.Marshal(counts)
	fmt.Println(string(out))
}
