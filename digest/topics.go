package digest

import "strings"

// DefaultTopics are the words of a newsletter about health 2.0, in the
// languages it is read in. 3 is about nothing else, 2 is close to it, 1 is
// health or technology in general. They are matched by their stems, and longer
// ones inside compounds too.
func DefaultTopics() map[string]float64 {
	topics := map[string]float64{}
	for weight, list := range map[float64]string{3: topicsCore, 2: topicsClose, 1: topicsGeneral} {
		for _, line := range strings.Split(list, "\n") {
			for _, word := range strings.Split(line, ",") {
				if word = strings.TrimSpace(word); word != "" {
					topics[word] = max(topics[word], weight)
				}
			}
		}
	}
	return topics
}

const (
	topicsCore = `
		health 2.0, medicine 2.0, digital health, ehealth, e-health, mhealth, m-health, mobile health, connected health, health it, health tech, healthtech, health data,
		telehealth, telemedicine, telecare, remote monitoring, virtual care, virtual visit, electronic health record, electronic medical record, ehr, emr,
		health information exchange, patient portal, patient engagement, e-patient, patient community, digital therapeutics, health app, medical app, wearable,
		interoperability, fhir, hl7, health informatics, hcsmeu, hcsm, healthcare social media, medical ai, clinical ai, clinical decision support, e-prescription, patient data
		digitale gesundheit, gesundheits-app, telemedizin, patientenakte, gesundheitskarte, gesundheitsdaten, videosprechstunde, e-rezept, digitale gesundheitsanwendung
		digitale zorg, e-gezondheid, telegeneeskunde, zorg-ict, patiëntendossier, gezondheidsapp, gezondheidsdata, zorgtechnologie, beeldbellen
		sanità digitale, salute digitale, telemedicina, cartella clinica elettronica, fascicolo sanitario, ricetta elettronica, dati sanitari, teleassistenza
		santé numérique, santé connectée, e-santé, télémédecine, téléconsultation, télésurveillance, dossier médical, dossier patient, données de santé
		salud digital, salud electrónica, esalud, teleconsulta, historia clínica electrónica, receta electrónica, datos de salud, salud móvil
		ψηφιακή υγεία, ηλεκτρονική υγεία, τηλεϊατρική, ηλεκτρονικός φάκελος, ηλεκτρονική συνταγογράφηση, δεδομένα υγείας, φάκελος ασθενούς`
	topicsClose = `
		healthcare, health care, patient, hospital, clinician, nhs, hipaa, medicare, medicaid, public health, health system, medical device, patient safety, quantified self,
		personal health record, participatory medicine, caregiver, care coordination, clinical trial, health literacy, genomics, fda, physician, medical record, mental health
		gesundheitswesen, gesundheitspolitik, krankenhaus, krankenkasse, patienten, klinik, arztpraxis, pflege, medizintechnik
		gezondheidszorg, ziekenhuis, patiënt, huisarts, zorgverzekeraar, thuiszorg, medische technologie
		sanità, ospedale, paziente, servizio sanitario, assistenza sanitaria, medico di base, dispositivo medico
		système de santé, hôpital, patients, assurance maladie, médecin, soins, dispositif médical
		sanidad, hospital, paciente, sistema de salud, atención primaria, asistencia sanitaria, dispositivo médico
		σύστημα υγείας, νοσοκομείο, ασθενής, περίθαλψη, ιατρός, δημόσια υγεία`
	topicsGeneral = `
		health, medical, medicine, doctor, insulin, asthma, stroke, dementia, pandemic, emergency room, sensor, nurse, disease, diabetes, cancer, vaccine, therapy, treatment,
		diagnosis, clinic, drug, epidemic, outbreak, virus, infection, infectious, flu, ebola, measles, malaria, hiv, hepatitis, tuberculosis, alzheimer, obesity, obese,
		heart attack, heart disease, blood pressure, cholesterol, tumor, autism, smoking, cigarette, tobacco, diet, sleep, pregnancy, abortion, fertility, transplant,
		antibiotic, vaccination, pharma, pharmaceutical, drugmaker, medication, painkiller, opioid, marijuana, gene, dna, sunscreen, allergy, surgery, nutrition, wellness,
		privacy, social media, artificial intelligence, machine learning, open data, data protection, startup
		gesundheit, medizin, arzt, ärzte, krankheit, therapie, impfung, krebs, datenschutz, künstliche intelligenz
		gezondheid, geneeskunde, arts, ziekte, behandeling, vaccin, kanker, zorg, privacy, kunstmatige intelligentie
		salute, medicina, medico, malattia, terapia, vaccino, cura, intelligenza artificiale
		santé, médecine, maladie, traitement, vaccin, thérapie, intelligence artificielle
		salud, médico, enfermedad, tratamiento, vacuna, terapia, cáncer, inteligencia artificial
		υγεία, ιατρική, γιατρός, ασθένεια, θεραπεία, εμβόλιο, καρκίνος, τεχνητή νοημοσύνη`
)
