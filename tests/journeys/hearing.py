"""What a screen reader comes to at the main steps, in its order: roles, names, levels, as the browser tells them."""

SIGN_UP = """
- status
- heading "Sign up" [level=1]
- paragraph: /We send a code to it/
- textbox "E-mail address"
- textbox "Password"
- button "Sign up, send me a code"
"""
FOUND = """
- heading "Open projects" [level=1]
- search:
  - searchbox "Search"
  - button "Show projects"
- heading "1 open project that fits" [level=2]
- article:
  - heading "Five interviews with patients about booking an appointment" [level=3]
  - list "Skills"
"""
NOTHING_FILLED_IN = """
- heading "Apply for “Five interviews with patients about booking an appointment”" [level=1]
- alert:
  - heading "Please check what you entered" [level=2]
  - list:
    - listitem:
      - link /Why this project/
    - listitem:
      - link /Describe a conversation/
- textbox /Why this project/ [invalid]
"""
OFFER = """
- link "Back to the applicants"
- heading "Offer this project to Applicant 1" [level=1]
- term: Fee, all of it for Applicant 1
- definition: $400.00
- term: Platform fee
- definition: $40.00
- term:
  - strong: Reserved on your card
- definition:
  - strong: $440.00
- button "Offer, reserve $440.00 on your card"
"""
WORKROOM = """
- link "All work"
- heading "Five interviews with patients about booking an appointment" [level=1]
- region "The money":
  - heading "The money" [level=2]
  - link "Receipt, every cent"
  - list:
    - listitem
    - listitem
    - listitem
    - listitem
- region "What is delivered, part by part":
  - heading "What is delivered, part by part" [level=2]
  - region "1. Interview guide and plan":
    - heading "1. Interview guide and plan" [level=3]
    - paragraph:
      - link /Deliver this part.*1/
    - heading "Done when" [level=4]
    - list
  - region "2. Findings from five interviews":
    - heading "2. Findings from five interviews" [level=3]
    - paragraph:
      - link /Deliver this part.*2/
- complementary "What happened and what comes":
  - heading "What happened and what comes" [level=2]
  - list
"""
DELIVER = """
- 'heading "Deliver: 1. Interview guide and plan" [level=1]'
- textbox "What you deliver"
- button "Files (optional)"
- textbox "A link (optional)"
- heading "How each criterion is met" [level=2]
- textbox
- textbox
- button "Deliver this version"
"""
RECEIPT = """
- heading "Five interviews with patients about booking an appointment" [level=1]
- list
- region "Where every cent is"
- complementary "What happens next"
- region "Every move so far":
  - table
- region /Receipt \\w+/:
  - table "What this engagement costs and pays"
"""
