package templates_test

import (
	"fmt"
	"strings"

	"weekward/templates"
)

// An issue becomes one mail in two parts. The slots in the links are filled
// for each reader when it is delivered.
func ExampleSet_Mail() {
	set, err := templates.New(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	mail, err := set.Mail(sampleIssue(), sampleSite(), sampleLinks(), "de")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(mail.Subject)
	fmt.Println(strings.Join(strings.Split(mail.Text, "\n")[:4], "\n"))
	// Output:
	// Berlin: sixty clinicians compare notes
	// Ward & Week
	// ===========
	// Health 2.0 news, and what people made of it
	// Nr. 31 · Di, 6. April 2010 · 4 Min.
}
