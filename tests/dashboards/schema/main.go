// Reads dashboards strictly, with the types that Grafana generates from its own schema: unknown and missing fields are errors.
package main

import (
	"fmt"
	"os"

	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

func check(name string) error {
	raw, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	board := dashboard.Dashboard{}
	// Without faults, both methods return a list of errors that is empty, and not nil.
	if err := board.UnmarshalJSONStrict(raw); err != nil && err.Error() != "" {
		return err
	}
	if err := board.Validate(); err != nil && err.Error() != "" {
		return err
	}
	return nil
}

func main() {
	plugins.RegisterDefaultPlugins()
	faults := 0
	for _, name := range os.Args[1:] {
		if err := check(name); err != nil {
			faults++
			fmt.Printf("%s:\n%s\n", name, err)
		}
	}
	fmt.Printf("%d dashboards, %d with faults\n", len(os.Args)-1, faults)
	if faults > 0 {
		os.Exit(1)
	}
}
