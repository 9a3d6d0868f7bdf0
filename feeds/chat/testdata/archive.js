window.YTD.tweets.part0 = [
 {"tweet":{"id_str":"11500000003","full_text":"T1 we do #hcsmeu","created_at":"Fri Apr 02 11:05:00 +0000 2010","favorite_count":"3"}}
]
