package main

import (
	"path/filepath"

	"frontdesk/desk"
	"frontdesk/internal/config"
	"frontdesk/messenger"
	"frontdesk/store"
)

// pluginName is the file of the chat plugin in the data folder.
const pluginName = "plugin.db"

func pluginFile(s config.Settings) string { return filepath.Join(s.DataDir, pluginName) }

// inboxesOf are the inboxes with settings: our own site always, then the Pages.
func inboxesOf(p plan, ours site, platform *ownPlatform) ([]desk.InboxConfig, error) {
	inboxes := []desk.InboxConfig{{
		Inbox:    desk.Inbox{ID: store.InboxID(ours.id), Name: either(p.settings.PluginName, "Website"), Plugin: true},
		Sender:   platform.sender(ours.id),
		Profiler: platform.sender(ours.id),
	}}
	for _, page := range p.pages {
		inboxes = append(inboxes, desk.InboxConfig{
			Inbox:  desk.Inbox{ID: store.InboxID(page.ID), Name: page.Name, HumanAgent: true},
			Sender: platform.sender(page.ID), Profiler: platform.sender(page.ID),
		})
	}
	for _, page := range p.settings.Pages {
		client, err := messenger.NewClient(messenger.ClientOptions{
			BaseURL: p.settings.GraphURL, Version: p.settings.GraphVersion,
			Token: page.Token.Reveal(), AppSecret: p.settings.AppSecret.Reveal(), HTTP: hurry.graph,
		})
		if err != nil {
			return nil, err
		}
		inboxes = append(inboxes, desk.InboxConfig{
			Inbox:  desk.Inbox{ID: store.InboxID(page.ID), Name: "Page " + page.ID, HumanAgent: p.settings.HumanAgent},
			Sender: client, Profiler: client, Namer: client,
		})
	}
	return inboxes, nil
}

// secretsOf says whose signature speaks for what: the plugin's for its own site alone, the app's for every other page.
func secretsOf(p plan, ours site) []messenger.Secret {
	secrets := []messenger.Secret{{Value: []byte(ours.appSecret), Only: []string{ours.id}}}
	except := []string{ours.id}
	for _, page := range p.pages {
		secrets = append(secrets, messenger.Secret{Value: []byte(page.AppSecret), Only: []string{page.ID}})
		except = append(except, page.ID)
	}
	if secret := p.settings.AppSecret.Reveal(); secret != "" {
		secrets = append(secrets, messenger.Secret{Value: []byte(secret), Except: except})
	}
	return secrets
}
