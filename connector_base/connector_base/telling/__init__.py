"""The result of a run, told to those who want to know: in an e-mail, in Slack, in Teams, wherever Apprise reaches."""
