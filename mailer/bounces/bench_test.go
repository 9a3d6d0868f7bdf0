package bounces

import (
	"os"
	"path/filepath"
	"testing"
)

// labelled is a folder of real mails that lies beside the project where it is
// developed.
const labelled = "../../../shared/data/bounces"

// labelledMails reads them all, or skips.
func labelledMails(tb testing.TB) map[string][]byte {
	tb.Helper()
	files, _ := filepath.Glob(filepath.Join(labelled, "mail", "*.eml"))
	if len(files) == 0 {
		tb.Skip("the labelled mails are not here")
	}
	mails := map[string][]byte{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			tb.Fatal(err)
		}
		mails[filepath.Base(file)] = data
	}
	return mails
}

func BenchmarkRead345Mails(b *testing.B) {
	mails := labelledMails(b)
	var size int64
	for _, data := range mails {
		size += int64(len(data))
	}
	b.SetBytes(size)
	for b.Loop() {
		for _, data := range mails {
			Read(data)
		}
	}
}
