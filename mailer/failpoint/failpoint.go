// Package failpoint names moments of the program at which a test wants it to
// die, to fail or to stand still, so that a promise about every moment can be
// walked through one by one.
//
// In a normal build a point is an empty function that the compiler leaves out.
// A build with the tag failpoint obeys the environment:
//
//	WEEKWARD_FAIL=claimed:3:kill    kill -9 at the third passing of "claimed"
//	WEEKWARD_FAIL=claimed:3:error   that passing fails; one that cannot fail goes on
//	WEEKWARD_FAIL=claimed:3:pause   the process stops there, until a SIGCONT
//	WEEKWARD_FAIL_TRACE=file        each passing becomes a line: its name, and
//	                                what was done there, if anything was
//
// The database has two points of its own, passed by each statement:
// "database" before it, and "database committed" after a commit.
package failpoint
