// Package config reads frontdesk's settings: flags, then FRONTDESK_ variables, then config.toml. The first that gives a
// setting decides; an empty value counts as not given.
//
// A secret may be given as a command that prints it: FRONTDESK_APP_SECRET_COMMAND, or app_secret_command in
// config.toml. The command runs in sh; its output without blanks at the ends is the secret. No error and no String of
// this package shows a secret.
package config
