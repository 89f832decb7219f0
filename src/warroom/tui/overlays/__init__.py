"""What lies over a screen: sheets and lists that leave the keyboard to the prompt, and dialogs that ask once."""
